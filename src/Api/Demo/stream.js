// The live stream of a session, as docs/live.md describes it: read by fetch, because an EventSource cannot send headers.

// Two heartbeats and a little more: by then the connection is dead. A host may be configured with up to a minute between heartbeats; the
// interval is known after the second one, and until then each silence doubles the limit.
const usualSilence = 35_000;
const longestSilence = 125_000;
const silenceAfter = interval => Math.min(2 * interval + 5_000, longestSilence);
const longestWait = 15_000;

/**
 * Watches a session until the signal is aborted, or the service says that there is nothing to watch.
 * @param {string} path The stream.
 * @param {Record<string, string>} caller The headers that sign in.
 * @param {AbortSignal} signal Ends it.
 * @param {{ event(name: string, data: object): void, line(isOpen: boolean): void }} show Gets the events, and whether the stream is open.
 */
export async function watch(path, caller, signal, show) {
  const position = { id: undefined, wait: 1000, silence: usualSilence };
  let failures = 0;
  while (!signal.aborted) {
    try {
      const headers = position.id ? { ...caller, 'Last-Event-ID': position.id } : caller;
      const response = await fetch(path, { headers, signal });
      if (await isFinal(response)) break;
      if (response.ok) {
        show.line(true);
        failures = 0;
        if (await read(response.body, position, show) === 'deleted') break;
      } else {
        failures++;
      }
    } catch {
      failures++; // The network is gone, or the signal was aborted: the loop sees which.
    }
    if (!signal.aborted) {
      show.line(false);
      await new Promise(resolve => setTimeout(resolve, Math.min(position.wait * 2 ** failures, longestWait)));
    }
  }
  if (!signal.aborted) show.line(false);
}

/** Another 404 than Wingman's is that of a proxy without a host behind it: it says nothing about the session. */
async function isFinal(response) {
  return [401, 403].includes(response.status) || (response.status === 404 && (await response.json()).detail === 'Session not found');
}

async function read(body, position, show) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let last, beat, text = '';
  for (;;) {
    const timer = setTimeout(() => {
      position.silence = Math.min(2 * position.silence, longestSilence);
      reader.cancel();
    }, position.silence);
    const { value, done } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return last;
    const events = (text += value).split('\n\n');
    text = events.pop();
    for (const event of events) {
      const field = name => event.match(new RegExp(`^${name}: ?(.*)$`, 'm'))?.[1];
      position.id = field('id') ?? position.id;
      position.wait = Number(field('retry') ?? position.wait);
      last = field('event');
      const data = JSON.parse(field('data') || '{}');
      if (last === 'heartbeat') {
        // By the host's clock: a slow network may deliver several at once.
        const at = Date.parse(data.at);
        if (at > beat) position.silence = silenceAfter(at - beat);
        beat = at;
      }
      show.event(last, data);
    }
  }
}
