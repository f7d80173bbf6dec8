// The event stream of the switch, read as server-sent events (WHATWG HTML section 9.2.6).
import { type EventJson, eventSchema } from '../contract/index.ts';

/** Lines end with LF, CR or CRLF; an empty one ends an event; what is not `data` is not needed. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<EventJson> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('data:')) data += line.slice(5).trimStart();
        else if (line === '' && data !== '') {
          const parsed = eventSchema.safeParse(JSON.parse(data));
          data = '';
          // An event of a later version is passed over: events are hints, reads are what counts.
          if (parsed.success) yield parsed.data;
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
