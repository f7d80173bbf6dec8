// A participant's events as server-sent events (WHATWG HTML section 9.2). The stream's beginning is
// signed; its events are hints, and what counts is the signed answer of the read they lead to.
import { eventIdSchema } from '@hutong/sdk/contract';
import type { EventPlace, EventView } from '../../dialect.ts';
import { eventJson } from './views.ts';

/** Below the idle time of common proxies (60 s), and of the server's own sockets. */
export const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;

/** `undefined`: malformed. `null`: none given. */
export function lastEventPlace(
  header: string | string[] | undefined,
): EventPlace | null | undefined {
  if (header === undefined || header === '') return null;
  if (!eventIdSchema.safeParse(header).success) return undefined;
  const [seq = '', ordinal = ''] = String(header).split('-');
  const place = { seq: Number(seq), ordinal: Number(ordinal) };
  return Number.isSafeInteger(place.seq) ? place : undefined;
}

function eventText(event: EventView): string {
  const data = eventJson(event);
  return `id: ${data.id}\nevent: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Events as they come, a comment when none has for a while: so a dead connection is noticed. */
export async function* eventStream(
  events: AsyncIterable<EventView>,
  heartbeatMs: number = HEARTBEAT_MS,
): AsyncGenerator<string> {
  const iterator = events[Symbol.asyncIterator]();
  let next = iterator.next();
  yield `retry: ${RETRY_MS}\n\n`;
  try {
    for (;;) {
      const beat = Promise.withResolvers<'beat'>();
      const timer = setTimeout(() => beat.resolve('beat'), heartbeatMs);
      const came = await Promise.race([next, beat.promise]).finally(() => clearTimeout(timer));
      if (came === 'beat') {
        yield ': \n\n';
        continue;
      }
      if (came.done === true) return;
      next = iterator.next();
      yield eventText(came.value);
    }
  } finally {
    await iterator.return?.();
  }
}
