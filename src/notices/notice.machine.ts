// The notices' state machine: which are due, and up to which event they have been written.
import type { JournalContext } from '../journal/batch.ts';
import type { Machine } from '../journal/machine.ts';
import { integerOf, textOf, wordOf } from '../journal/row.ts';
import {
  NOTICE_CURSOR,
  NOTICES,
  type Notice,
  type NoticeCursor,
  type NoticeKind,
} from './notice.ts';

export interface EventPlace {
  readonly seq: number;
  readonly ordinal: number;
}

export type NoticeCommand =
  | {
      /** All that the events after the cursor and up to `upTo` give cause for. */
      readonly type: 'enqueue';
      readonly upTo: EventPlace;
      readonly notices: readonly Pick<Notice, 'id' | 'connectionId' | 'kind' | 'paymentId'>[];
    }
  | {
      readonly type: 'attempted';
      readonly id: string;
      readonly isTaken: boolean;
      /** When it is sent again; `null`: never. */
      readonly againAtMs: number | null;
    };

export interface NoticeBook {
  readonly machine: Machine<NoticeCommand, boolean>;
  readonly cursor: () => EventPlace;
  readonly due: () => Iterable<Readonly<Notice>>;
  readonly notice: (id: string) => Readonly<Notice> | undefined;
}

const KINDS: readonly NoticeKind[] = ['order_paid', 'refund_completed'];

const isAfter = (a: EventPlace, b: EventPlace) =>
  a.seq > b.seq || (a.seq === b.seq && a.ordinal > b.ordinal);

export function createNoticeBook(): NoticeBook {
  const due = new Map<string, Notice>();
  const cursor: NoticeCursor = { id: 1, seq: 0, ordinal: 0 };

  function enqueue(
    { upTo, notices }: Extract<NoticeCommand, { type: 'enqueue' }>,
    context: JournalContext,
  ): boolean {
    // told twice after a reload: the first time stands
    if (!isAfter(upTo, cursor)) return false;
    cursor.seq = upTo.seq;
    cursor.ordinal = upTo.ordinal;
    context.update(NOTICE_CURSOR, cursor);
    for (const fresh of notices) {
      const { nowMs } = context;
      const times = { createdAtMs: nowMs, dueAtMs: nowMs };
      const notice: Notice = { ...fresh, ...times, state: 'due', attempts: 0 };
      due.set(notice.id, notice);
      context.insert(NOTICES, notice);
    }
    return true;
  }

  function attempted(
    { id, isTaken, againAtMs }: Extract<NoticeCommand, { type: 'attempted' }>,
    context: JournalContext,
  ): boolean {
    const notice = due.get(id);
    if (notice === undefined) return false;
    notice.attempts += 1;
    if (isTaken) notice.state = 'taken';
    else if (againAtMs === null) notice.state = 'dead';
    else notice.dueAtMs = againAtMs;
    if (notice.state !== 'due') due.delete(id);
    context.update(NOTICES, notice);
    return true;
  }

  return {
    cursor: () => cursor,
    due: () => due.values(),
    notice: (id) => due.get(id),
    machine: {
      name: 'notices',
      apply: (command, context) =>
        command.type === 'enqueue' ? enqueue(command, context) : attempted(command, context),
      async load(reader) {
        const [at] = await reader.rows('select seq, ordinal from notice_cursor');
        if (at !== undefined) {
          cursor.seq = integerOf(at, 'seq');
          cursor.ordinal = integerOf(at, 'ordinal');
        }
        // rides notices_due_idx
        const rows = await reader.rows(`select * from notices where state = 'due' order by id`);
        for (const row of rows) {
          const notice: Notice = {
            id: textOf(row, 'id'),
            connectionId: textOf(row, 'connection_id'),
            kind: wordOf(row, 'kind', KINDS),
            paymentId: textOf(row, 'payment_id'),
            createdAtMs: integerOf(row, 'created_at_ms'),
            state: 'due',
            attempts: integerOf(row, 'attempts'),
            dueAtMs: integerOf(row, 'due_at_ms'),
          };
          due.set(notice.id, notice);
        }
      },
      clear() {
        due.clear();
        cursor.seq = 0;
        cursor.ordinal = 0;
      },
    },
  };
}
