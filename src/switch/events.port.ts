// A participant's own events, durable ones only, in order and without gaps: from storage until the
// reader has caught up, then from the commits as they come.
import type { EventPlace, EventsPort, EventView } from '../dialects/dialect.ts';
import type { EventRow } from '../journal/journal.tables.ts';
import type { Journal } from '../journal/journal.ts';
import { integerOf, textOf } from '../journal/row.ts';

const PAGE = 500;
/** A reader that is further behind reads from storage again. */
const BUFFER_MAX = 10_000;

function isAfter(event: EventPlace, place: EventPlace): boolean {
  return event.seq > place.seq || (event.seq === place.seq && event.ordinal > place.ordinal);
}

function viewOf(event: Pick<EventRow, keyof EventRead>) {
  const isOrder = event.type.startsWith('order.');
  const isPayment = event.type.startsWith('payment.');
  return {
    seq: event.seq,
    ordinal: event.ordinal,
    type: event.type,
    atMs: event.atMs,
    paymentId: isPayment ? event.subjectId : null,
    orderId: isOrder ? event.subjectId : null,
  } satisfies EventView;
}

interface EventRead extends EventPlace {
  readonly type: string;
  readonly subjectId: string;
  readonly atMs: number;
}

/** A participant's durable events after a place, in order. */
export async function readEvents(
  journal: Journal,
  participantId: string,
  after: EventPlace,
  limit: number,
): Promise<EventRead[]> {
  // nothing has been committed since: no need to ask PostgreSQL
  if (after.seq >= journal.durableSeq()) return [];
  const rows = await journal.reader.rows(
    // rides events_pkey from the cursor on
    `select e.seq, e.ordinal, e.type, e.subject_id, b.at_ms from events e
     join batches b on b.seq = e.seq
     where (e.seq, e.ordinal) > ($1::int8, $2::int4)
       and $3 = any(string_to_array(e.audience, ' '))
     order by e.seq, e.ordinal limit $4::int4`,
    [String(after.seq), String(after.ordinal), participantId, limit],
  );
  return rows.map((row) => ({
    seq: integerOf(row, 'seq'),
    ordinal: integerOf(row, 'ordinal'),
    type: textOf(row, 'type'),
    subjectId: textOf(row, 'subject_id'),
    atMs: integerOf(row, 'at_ms'),
  }));
}

export function createEventsPort(journal: Journal): EventsPort {
  return {
    async *follow({ participantId }, after, signal) {
      let buffer: EventView[] = [];
      let overflowed = false;
      let wake = Promise.withResolvers<void>();
      const forget = journal.onCommit((batch) => {
        for (const event of batch.events) {
          if (event.audience.includes(participantId)) buffer.push(viewOf(event));
        }
        if (buffer.length > BUFFER_MAX) {
          buffer = [];
          overflowed = true;
        }
        wake.resolve();
      });
      signal.addEventListener('abort', () => wake.resolve(), { once: true });
      // from now on: what is durable already is not told
      let place: EventPlace = after ?? { seq: journal.durableSeq(), ordinal: 2 ** 31 - 1 };
      try {
        let behind = after !== null;
        while (!signal.aborted) {
          if (behind || overflowed) {
            overflowed = false;
            const found = (await readEvents(journal, participantId, place, PAGE)).map(viewOf);
            for (const event of found) yield event;
            place = found.at(-1) ?? place;
            behind = found.length === PAGE;
            continue;
          }
          const ready = buffer;
          buffer = [];
          for (const event of ready) {
            if (!isAfter(event, place)) continue;
            place = event;
            yield event;
          }
          if (buffer.length === 0 && !overflowed && !signal.aborted) {
            await wake.promise;
            wake = Promise.withResolvers<void>();
          }
        }
      } finally {
        forget();
      }
    },
  };
}
