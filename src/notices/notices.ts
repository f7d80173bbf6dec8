// Follows the journal's events and tells connections what happened to their orders, again by their
// dialect's schedule until they take it. All of it can be lost but the rows: after a start it goes
// on from the cursor, and with what is due.
import { z } from 'zod';
import type { Journal } from '../journal/journal.ts';
import { integerOf, textOf } from '../journal/row.ts';
import type { Outlet } from '../payments/instruct.ts';
import type { Credential, PaymentsPort, PaymentView } from '../payments/port.ts';
import type { Clock } from '../runtime/clock.ts';
import type { EventPlace, NoticeBook } from './notice.machine.ts';
import type { Notice, NoticeKind } from './notice.ts';

const LOOK_EVERY_MS = 50;
/** Calls under way to one connection; a slow one delays only itself. */
const LANE_WIDTH = 8;
const EVENTS_AT_ONCE = 1_000;
/** The cursor moves on without cause this often, so that a start never reads much history. */
const CURSOR_BATCHES = 5_000;
const COMPLETED = 'payment.completed';

const bodySchema = z.object({ kind: z.string(), orderId: z.string().nullable() });

interface EventRead extends EventPlace {
  readonly paymentId: string;
  readonly kind: NoticeKind;
}

/** Most payments: of no order and no refund. Their canonical body says so without being parsed. */
const isPlain = (body: string) =>
  body.includes('"kind":"payment"') && body.includes('"orderId":null');

export function createNotices(deps: {
  readonly journal: Journal;
  readonly book: NoticeBook;
  readonly payments: Pick<PaymentsPort, 'payment' | 'order'>;
  /** The payment's first and second leg's connections. */
  readonly connectionsOf: (paymentId: string) => Promise<readonly string[]>;
  readonly outlet: (connectionId: string) => Outlet | undefined;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onDefect: (error: unknown) => void;
}) {
  const { journal, book, clock } = deps;
  const lanes = new Map<string, Set<string>>();
  let work: Promise<void> = Promise.resolve();
  let isStopped = false;

  function causeOf(type: string, body: string): NoticeKind | null {
    if (type !== COMPLETED || isPlain(body)) return null;
    const { kind, orderId } = bodySchema.parse(JSON.parse(body));
    if (kind === 'refund') return 'refund_completed';
    return kind === 'payment' && orderId !== null ? 'order_paid' : null;
  }

  /** The payee's side is told: of a payment its credit leg, of a refund the leg that gives. */
  async function wanted({ paymentId, kind }: EventRead) {
    const [first, second] = await deps.connectionsOf(paymentId);
    const connectionId = (kind === 'order_paid' ? second : first) ?? '';
    const outlet = deps.outlet(connectionId);
    const isWanted = outlet?.connector.capabilitiesOf(outlet.settings).has('notices') === true;
    return isWanted ? { id: deps.newId(), connectionId, kind, paymentId } : null;
  }

  async function take(events: readonly EventRead[], upTo: EventPlace): Promise<void> {
    const found = await Promise.all(events.map(wanted));
    const notices = found.filter((each) => each !== null);
    if (notices.length === 0 && upTo.seq - book.cursor().seq < CURSOR_BATCHES) return;
    await journal.submit(book.machine, { type: 'enqueue', upTo, notices });
  }

  /** One after the other: the cursor moves in the order of events. */
  function queue(next: () => Promise<void>): void {
    work = work.then(next).catch(deps.onDefect);
  }

  /** Reads on from the cursor what was committed while nobody here was looking. */
  async function catchUp(): Promise<void> {
    const head = journal.durableSeq();
    for (let from: EventPlace = { ...book.cursor() }; ; ) {
      const rows = await journal.reader.rows(
        // rides events_pkey
        `select seq, ordinal, type, subject_id, body from events
         where (seq, ordinal) > ($1::int8, $2::int4) and seq <= $3::int8
         order by seq, ordinal limit ${EVENTS_AT_ONCE}`,
        [String(from.seq), from.ordinal, String(head)],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      const events = rows.flatMap((row) => {
        const kind = causeOf(textOf(row, 'type'), textOf(row, 'body'));
        const place = { seq: integerOf(row, 'seq'), ordinal: integerOf(row, 'ordinal') };
        return kind === null ? [] : [{ ...place, kind, paymentId: textOf(row, 'subject_id') }];
      });
      from = { seq: integerOf(last, 'seq'), ordinal: integerOf(last, 'ordinal') };
      await take(events, from);
    }
  }

  const forget = journal.onCommit(({ seq, events }) => {
    const found = events.flatMap(({ ordinal, type, body, subjectId }) => {
      const kind = causeOf(type, body);
      return kind === null ? [] : [{ seq, ordinal, kind, paymentId: subjectId }];
    });
    const upTo = found.at(-1) ?? { seq, ordinal: 0 };
    const isFar = seq - book.cursor().seq >= CURSOR_BATCHES;
    if (found.length > 0 || isFar) queue(() => take(found, upTo));
  });
  journal.onReload(() => queue(catchUp));

  async function tell(notice: Readonly<Notice>, outlet: Outlet): Promise<boolean> {
    const { participantId, id: connectionId } = outlet.settings;
    const credential: Credential = { participantId, connectionId, keyId: '' };
    const read = async (id: string): Promise<PaymentView | null> => {
      const found = await deps.payments.payment(credential, { by: 'id', id });
      return found.ok ? found.value : null;
    };
    const payment = await read(notice.paymentId);
    if (payment === null || outlet.connector.notify === undefined) return false;
    const { causeId } = payment.payment;
    const cause = causeId === null ? null : await read(causeId);
    const orderId = (cause ?? payment).payment.orderId;
    const order =
      orderId === null ? null : await deps.payments.order(credential, { by: 'id', id: orderId });
    const { id, kind, createdAtMs, attempts } = notice;
    return outlet.connector.notify(outlet.settings, {
      id,
      kind,
      createdAtMs,
      attempt: attempts + 1,
      payment,
      cause,
      order: order?.ok === true ? order.value : null,
    });
  }

  async function attempt(notice: Readonly<Notice>, outlet: Outlet): Promise<void> {
    const isTaken = await tell(notice, outlet).catch((error: unknown) => {
      deps.onDefect(error);
      return false;
    });
    const delayMs = outlet.connector.noticeDelayMs?.(outlet.settings, notice.attempts + 1) ?? null;
    const againAtMs = delayMs === null ? null : clock.nowMs() + delayMs;
    await journal.submit(book.machine, { type: 'attempted', id: notice.id, isTaken, againAtMs });
  }

  function look(): void {
    if (isStopped || !journal.isFresh()) return;
    const nowMs = clock.nowMs();
    for (const notice of book.due()) {
      if (notice.dueAtMs > nowMs) continue;
      const lane = lanes.get(notice.connectionId) ?? new Set<string>();
      lanes.set(notice.connectionId, lane);
      const outlet = deps.outlet(notice.connectionId);
      if (outlet === undefined || lane.has(notice.id) || lane.size >= LANE_WIDTH) continue;
      lane.add(notice.id);
      attempt(notice, outlet)
        .catch(deps.onDefect)
        .finally(() => lane.delete(notice.id));
    }
  }

  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  return {
    async stop(): Promise<void> {
      isStopped = true;
      clearInterval(timer);
      forget();
      await work;
    },
  };
}
