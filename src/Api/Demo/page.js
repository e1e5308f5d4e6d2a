import { watch } from '/stream.js';

const find = (selector, within = document) => within.querySelector(selector);
const state = { session: null, watching: null, match: newId(), isBusy: false, silos: 0 };
const betweenCounts = 3000;

class Phone {
  constructor(element, name, buddy) {
    Object.assign(this, { element, name, buddy, user: newId(), shown: null, score: null });
    Object.assign(this, { isGone: false, isOutdated: false, isSending: false });
    element.append(find('#phone').content.cloneNode(true));
    const title = find('.name', element);
    title.id = `${element.id}-name`;
    title.textContent = `${name}’s phone`;
    find('.hidden', element).textContent = `${name}’s phone:`;
    find('.confirm', element).setAttribute('aria-describedby', title.id);
    find('.cancel', element).setAttribute('aria-describedby', title.id);
    onPress(find('.confirm', element), () => this.send(() => this.confirm()));
    onPress(find('.cancel', element), () => this.send(() => this.cancel()));
    this.say('Scheduling a session …');
    this.line(false);
  }

  confirm() {
    return call(this, 'POST', '/api/session/confirm-completion', { session_id: state.session });
  }

  cancel() {
    return call(this, 'POST', `/api/session/${state.session}/cancel`);
  }

  async send(action) {
    this.isSending = true;
    draw();
    await attempt(action);
    this.isSending = false;
    draw();
  }

  async watch(signal) {
    this.shown = null;
    this.isGone = false;
    this.change('');
    await watch(`/api/session/${state.session}/events`, { 'X-Test-User-ID': this.user }, signal, this);
    if (signal.aborted) return;
    // The stream has ended for good: the session was deleted.
    this.shown = null;
    this.isGone = true;
    if ([ana, ben].every(phone => phone.isGone)) state.session = null;
    this.say('This session is no longer there.');
    draw();
  }

  /** The connection to the stream was opened or closed. */
  line(isOpen) {
    this.element.classList.toggle('live', isOpen);
    find('.line', this.element).textContent = isOpen ? 'live' : 'not connected';
  }

  /** An event of the stream. The phone shows the session in it; the event's name appears in the list below only. */
  event(name, { session, reputations }) {
    if (name !== 'heartbeat') note(`${this.name}’s stream`, name);
    if (!session || session.id !== state.session) return;
    const own = session.participants.user1.id === this.user ? 'user1' : 'user2';
    this.shown = {
      session,
      own: session.participants[own].confirmed,
      other: session.participants[own === 'user1' ? 'user2' : 'user1'].confirmed,
    };
    if (reputations) this.badge(reputations[own]);
    else this.askForReputation();
    this.say(this.sentence());
    draw();
  }

  // An event leaves the reputations out where they could not be read in time, as while a silo is found dead.
  async askForReputation() {
    if (this.isOutdated) return;
    this.isOutdated = true;
    while (this.isOutdated) {
      const answer = await fetch(`/api/user/reputation/${this.user}`, { headers: { 'X-Test-User-ID': this.user } })
        .then(response => response.ok ? response.json() : null)
        .catch(() => null);
      if (answer === null) await new Promise(resolve => setTimeout(resolve, 1000));
      else if (this.isOutdated) this.badge(answer);
    }
    if (this.shown !== null) this.say(this.sentence());
  }

  sentence() {
    const { session, own, other } = this.shown;
    switch (session.status) {
      case 'completed': return `Completed. You both confirmed. ${this.standing()}`;
      case 'cancelled': return 'Cancelled. Nobody can confirm it any more.';
      case 'no_show': return `It ended as a no-show. ${this.standing()}`;
      default:
        if (own) return `Waiting for your buddy. ${this.buddy} has not confirmed yet.`;
        return other ? `${this.buddy} has confirmed. Did you finish, too?` : 'Did you finish your session?';
    }
  }

  // For those who hear the page: the status is what is read to them.
  standing() {
    return this.score === null ? '' : `Your score is ${this.score}.`.replace('-', '−');
  }

  badge({ score, badge_color: color, completed_sessions: completed, no_shows: missed }) {
    const element = find('.badge', this.element);
    element.dataset.color = color;
    find('.score', element).textContent = `${score}`.replace('-', '−');
    find('.words', element).textContent = `${color} badge\n${completed} completed · ${missed} no-show${missed === 1 ? '' : 's'}`;
    if (this.score !== null && score !== this.score) this.change(score > this.score ? `+${score - this.score}` : `−${this.score - score}`);
    this.score = score;
    this.isOutdated = false;
  }

  change(text) {
    find('.change', this.element).textContent = text;
    this.element.classList.toggle('changed', text !== '');
  }

  say(text) {
    const element = find('.text', this.element);
    if (element.textContent !== text) element.textContent = text;
  }

  get isOpen() {
    return this.shown !== null && ['scheduled', 'in_progress'].includes(this.shown.session.status);
  }

  draw() {
    const { element, shown, isOpen, isSending } = this;
    element.dataset.status = !isOpen ? shown?.session.status ?? '' : shown.own ? 'waiting' : shown.other ? 'asked' : '';
    const time = shown && new Date(shown.session.scheduled_time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    find('.venue', element).textContent = shown ? `${shown.session.venue_name}, ${time}` : '';
    find('.own', element).textContent = shown?.own ? '✓ You confirmed' : '○ You have not confirmed';
    find('.other', element).textContent = shown?.other ? `✓ ${this.buddy} confirmed` : `○ ${this.buddy} has not confirmed`;
    allow(find('.confirm', element), isOpen && !shown.own && !isSending);
    allow(find('.cancel', element), isOpen && !isSending);
  }
}

const ana = new Phone(find('#ana'), 'Ana', 'Ben');
const ben = new Phone(find('#ben'), 'Ben', 'Ana');

// aria-disabled instead of disabled: the button that was pressed keeps the keyboard's focus.
function onPress(button, action) {
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-disabled') !== 'true') action();
  });
}

function allow(button, isAllowed) {
  button.setAttribute('aria-disabled', `${!isAllowed}`);
}

// Browsers have crypto.randomUUID only over https and on their own machine, and the page may be opened from another one.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 0x0f | 0x40; // Version 4
  bytes[8] = bytes[8] & 0x3f | 0x80; // and its variant.
  const digits = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function draw() {
  ana.draw();
  ben.draw();
  const isSending = state.isBusy || ana.isSending || ben.isSending;
  allow(find('#schedule'), !isSending && (state.session === null || [ana, ben].every(phone => phone.shown && !phone.isOpen)));
  allow(find('#together'), !isSending && [ana, ben].every(phone => phone.isOpen && !phone.shown.own));
  allow(find('#pass'), !isSending && [ana, ben].every(phone => phone.isOpen));
  allow(find('#kill'), !isSending && state.session !== null && state.silos > 1);
}

async function call(phone, method, path, body, role) {
  const headers = { 'X-Test-User-ID': phone.user };
  if (role) headers['X-Test-Role'] = role;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const answer = await response.json().catch(() => ({}));
  const sender = role ? 'The product’s backend' : path.startsWith('/demo') ? 'This page' : `${phone.name}’s phone`;
  note(sender, `${method} ${path.replace(state.session, '…').replace(state.match, '…')}: ${response.status}`);
  if (!response.ok) throw new Error(typeof answer.detail === 'string' ? answer.detail : `${method} ${path} was answered ${response.status}.`);
  return answer;
}

async function attempt(action) {
  find('#problem').textContent = '';
  try {
    await action();
  } catch (error) {
    find('#problem').textContent = error instanceof TypeError ? 'The service cannot be reached.' : error.message;
  }
}

function note(who, what) {
  const entry = document.createElement('li');
  const [time, name, text] = ['time', 'b', 'span'].map(tag => document.createElement(tag));
  time.textContent = new Date().toISOString().slice(11, 23);
  name.textContent = who;
  text.textContent = what;
  entry.append(time, ' ', name, ' ', text);
  find('#log').prepend(entry);
  while (find('#log').children.length > 40) find('#log').lastChild.remove();
}

async function busy(action) {
  state.isBusy = true;
  draw();
  await attempt(action);
  state.isBusy = false;
  draw();
}

function schedule() {
  return busy(async () => {
    find('#killed').textContent = '';
    await call(ana, 'PUT', `/api/match/${state.match}`, { user1_id: ana.user, user2_id: ben.user, status: 'accepted' }, 'service_role');
    const created = await call(ana, 'POST', '/api/session/create', {
      match_id: state.match, venue_name: 'Cafe Central', time: new Date(Date.now() + 5000).toISOString(),
    });
    state.watching?.abort();
    state.watching = new AbortController();
    state.session = created.session_id;
    for (const phone of [ana, ben]) phone.watch(state.watching.signal);
  });
}

function killSilo() {
  return busy(async () => {
    find('#killed').textContent = '';
    const { silo, had_session: hadSession } = await call(ana, 'POST', `/demo/session/${state.session}/kill-silo`);
    find('#killed').textContent = hadSession
      ? `The silo at ${silo}, which had this session, was killed.`
      : `The silo at ${silo} was killed; it did not have this session.`;
  });
}

async function countSilos() {
  for (;;) {
    const answer = await fetch('/demo/silos', { headers: { 'X-Test-User-ID': ana.user } })
      .then(response => response.ok ? response.json() : null)
      .catch(() => null);
    if (answer !== null) showSilos(answer.silos);
    await new Promise(resolve => setTimeout(resolve, betweenCounts));
  }
}

// Once shown, the button stays and is only disabled, so that it keeps the keyboard's focus after it was pressed.
function showSilos(silos) {
  state.silos = silos;
  if (silos > 1) for (const id of ['#kill', '#silos']) find(id).hidden = false;
  draw();
}

onPress(find('#schedule'), schedule);
onPress(find('#together'), () => Promise.all([ana, ben].map(phone => phone.send(() => phone.confirm()))));
onPress(find('#pass'), () => busy(() => call(ana, 'POST', `/demo/session/${state.session}/no-show`)));
onPress(find('#kill'), killSilo);
countSilos();
await schedule();
