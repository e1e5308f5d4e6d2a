// Whatever comes from the database is put into the page as text, never as markup.
const at = name => document.getElementById(name);

const repairs = {
  session: [
    ["complete", "complete it: the session took place"],
    ["cancel", "cancel it: it did not take place, and neither user is at fault"],
    ["undo-no-show", "undo the no-show: open the session again for both"],
    ["excuse-1", "undo the no-show of user 1 only"],
    ["excuse-2", "undo the no-show of user 2 only"],
  ],
  user: [["erase", "erase the user from Wingman's own tables"]],
};

const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

let shown = null;

// The number of the newest query: answers to earlier ones are dropped.
let turn = 0;

// What the page says already stays, since a repair's answer is true even if the query after it fails.
const add = text => {
  at("message").textContent = `${at("message").textContent} ${text}`.trim();
};

const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};

const time = instant => {
  const made = element("time", instant.slice(0, 19).replace("T", " ") + "Z");
  made.dateTime = instant;
  return made;
};

const link = (kind, id) => {
  const made = element("button", id, "link");
  made.type = "button";
  made.addEventListener("click", () => open(kind, id));
  return made;
};

const fact = (name, ...values) => {
  const value = element("dd");
  value.append(...values.map(one => one ?? "none"));
  at("facts").append(element("dt", name), value);
};

const showSession = explanation => {
  const row = explanation.row;
  if (row) {
    fact("status", row.status);
    fact("scheduled", row.scheduled_at, explanation.no_show_due_at ? `, ends as a no-show ${explanation.no_show_due_at}` : "");
    fact("completed", row.completed_at);
    for (const [name, user] of [["user 1", row.user1], ["user 2", row.user2]]) {
      fact(name, link("user", user.user), user.confirmed ? ", confirmed" : ", has not confirmed", user.counts ? `, counts as ${user.counts}` : "");
    }
    fact("match", row.match.id, `, ${row.match.status}, counts ${row.match.user1_counter} and ${row.match.user2_counter}, ${row.match.completed_sessions} completed sessions`);
  }
  at("timeline-title").textContent = "What happened, by the log";
  for (const line of explanation.lines) {
    const item = element("li", undefined, line.operator ? "operator" : line.kind);
    item.append(time(line.at), line.text, " ", element("span", `on ${line.host}`, "host"));
    at("timeline").append(item);
  }
  at("oddities").append(...explanation.oddities.map(oddity => element("li", oddity.text)));
};

const showUser = explanation => {
  fact("score", `${explanation.score} (${explanation.badge})`);
  fact("counted", `${explanation.completed} completed, ${explanation.no_shows} no-shows, ${explanation.counting} counting`);
  fact("sessions", Object.entries(explanation.sessions).map(([status, count]) => `${count} ${status}`).join(", "));
  fact("announced", explanation.announced ? `completed ${explanation.announced.completed}, no-shows ${explanation.announced.no_shows}` : "nothing yet");
  at("timeline-title").textContent = "What counts, newest first";
  for (const credit of explanation.credits) {
    const item = element("li");
    item.append(credit.at ? time(credit.at) : "", `${credit.outcome} `, link("session", credit.session));
    at("timeline").append(item);
  }
  for (const odd of explanation.oddities) {
    const item = element("li", `${odd.text}. ${odd.count}: `);
    for (const session of odd.sessions) item.append(link("session", session), " ");
    at("oddities").append(item);
  }
};

async function open(kind, id, message = "") {
  const mine = ++turn;
  shown = null;
  at("kind").value = kind;
  at("id").value = id;
  history.replaceState(null, "", `#${kind}/${id}`);
  at("message").textContent = message;
  at("explanation").hidden = true;
  for (const list of ["facts", "timeline", "oddities", "act"]) at(list).replaceChildren();
  if (!isId.test(id)) {
    add("An id has 36 characters: 8, 4, 4, 4 and 12 digits or letters from a to f, with hyphens between.");
    return;
  }

  let answer, explanation;
  try {
    answer = await fetch(`/support/${kind}/${id}`, { headers: { Accept: "application/json" } });
    if (answer.status === 200 || answer.status === 404) explanation = await answer.json();
  } catch {
    if (mine === turn) add("The service cannot be reached. Try again.");
    return;
  }

  if (mine !== turn) return;
  if (!explanation) {
    add(answer.status === 401 ? "Sign in first." : `No answer (${answer.status}). Try again.`);
    return;
  }

  shown = { kind, id, explanation };
  at("summary").textContent = explanation.summary;
  (kind === "session" ? showSession : showUser)(explanation);
  if (!at("timeline").children.length) at("timeline").append(element("li", "nothing"));
  if (!at("oddities").children.length) at("oddities").append(element("li", "nothing"));
  at("act").append(...repairs[kind].map(([value, text]) => Object.assign(element("option", text), { value })));
  at("reason").value = "";
  at("explanation").hidden = false;
  at("summary").focus();
}

at("search").addEventListener("submit", event => {
  event.preventDefault();
  open(at("kind").value, at("id").value.trim().toLowerCase());
});

at("repair").addEventListener("submit", async event => {
  event.preventDefault();
  const { kind, id, explanation } = shown;
  const act = at("act").value;
  const body = { reason: at("reason").value };
  if (act.startsWith("excuse")) body.user = explanation.row?.[act === "excuse-1" ? "user1" : "user2"].user;
  if (!confirm(`The ${kind} ${id}: ${at("act").selectedOptions[0].textContent}?`)) return;
  const path = act.startsWith("excuse") ? "undo-no-show" : act;
  at("message").textContent = "";
  let text;
  try {
    const answer = await fetch(`/support/repair/${kind}/${id}/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.headers.get("Content-Type")?.includes("json")) text = (await answer.json()).text;
    text ??= `No answer (${answer.status}).`;
  } catch {
    text = "No answer: it is not known whether it was done. Retry it: that is safe.";
  }

  // If something else was queried meanwhile, it stays.
  if (shown?.kind === kind && shown.id === id) await open(kind, id, text);
  else add(`The ${kind} ${id}: ${text}`);
});

const [kind, id] = location.hash.slice(1).split("/");
if (id && kind in repairs) open(kind, id);
