// Carries committed instructions to their connections and their answers back into the journal.
// One lane per connection, so that a dead one delays no other. A time-out is not an answer: the
// connection is asked again until it knows. Everything here can be lost and is rebuilt from the
// book.
import type { OutboxRow } from '../journal/journal.tables.ts';
import type { Journal } from '../journal/journal.ts';
import { bytesOf, integerOf, textOf } from '../journal/row.ts';
import type { Outlet } from './instruct.ts';
import type { SettleCommand } from './payment.commands.ts';
import type { PaymentMachine } from './payment.engine.ts';
import { type InstructionKind, isEnded, legIdOf } from './payment.ts';
import type { LegReport, StoredInstruction } from './port.ts';

/** Calls under way to one connection; the rest of its lane waits. */
const LANE_WIDTH = 256;
const NOT_FRESH_WAIT_MS = 50;
/** A refused return is an operator's case; it is still tried again, this rarely. */
const REFUSED_RETURN_WAIT_MS = 60_000;

/**
 * Where so many wait to be decided, as in a bulk of thousands, what was decided waits for them a
 * little: accepting is what their asker waits for. Measured with 10,000 in one call: a fifth more
 * accepted in a second.
 */
const BACKLOG = 1_500;
const BACKLOG_WAIT_MS = 20;
const BACKLOG_WAITS_MAX = 25;

interface Lane {
  active: number;
  readonly waiting: (() => void)[];
}

export interface Delivery {
  stop(): void;
  /** Messages under way and waiting, by connection. */
  depth(): ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }>;
}

export function createDelivery(deps: {
  readonly journal: Journal;
  readonly machine: PaymentMachine;
  readonly outlet: (connectionId: string) => Outlet | undefined;
  readonly newId: () => string;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onDefect: (error: unknown) => void;
}): Delivery {
  const { journal, machine } = deps;
  const lanes = new Map<string, Lane>();
  let epoch = 0;

  async function inLane<T>(destination: string, work: () => Promise<T>): Promise<T> {
    let lane = lanes.get(destination);
    if (lane === undefined) {
      lane = { active: 0, waiting: [] };
      lanes.set(destination, lane);
    }
    if (lane.active >= LANE_WIDTH) {
      const { promise, resolve } = Promise.withResolvers<void>();
      lane.waiting.push(resolve);
      await promise;
    }
    lane.active += 1;
    try {
      return await work();
    } finally {
      lane.active -= 1;
      lane.waiting.shift()?.();
    }
  }

  let breather: Promise<void> | null = null;

  /** Lets those who wait to be decided go first, but never for long. */
  async function yieldToBacklog(): Promise<void> {
    for (let n = 0; n < BACKLOG_WAITS_MAX && journal.backlog() > BACKLOG; n += 1) {
      breather ??= deps.sleep(BACKLOG_WAIT_MS).finally(() => {
        breather = null;
      });
      await breather;
    }
  }

  /** Still the leg's latest instruction, and still without an answer. */
  function isWanted(message: OutboxRow, since: number): boolean {
    if (since !== epoch) return false;
    const payment = machine.book.payment(message.paymentId);
    const leg = payment?.legs[message.leg];
    return (
      payment !== undefined &&
      !isEnded(payment.state) &&
      leg?.state === 'sent' &&
      leg.sentAt?.seq === message.seq &&
      leg.sentAt.ordinal === message.ordinal
    );
  }

  const legOf = (message: OutboxRow) => machine.book.payment(message.paymentId)?.legs[message.leg];

  /** The connection calls the leg something new, though it does not know its end. */
  function teaches(message: OutboxRow, { record, externalId }: LegReport): boolean {
    const leg = legOf(message);
    if (leg === undefined) return false;
    const isNewRecord = record !== undefined && record !== leg.record;
    return isNewRecord || (externalId !== null && externalId !== leg.externalId);
  }

  async function settle(message: OutboxRow, report: LegReport): Promise<boolean> {
    const payment = machine.book.payment(message.paymentId);
    const subjects = message.message.subjects;
    const command: SettleCommand = {
      type: 'settle',
      paymentId: message.paymentId,
      leg: message.leg,
      connectionId: null,
      outcome: report.outcome,
      externalId: report.externalId,
      problem: report.problem,
      record: report.record,
      evidence: report.evidence === null ? null : { bytes: report.evidence, subjects },
      returnId: deps.newId(),
    };
    if (payment === undefined) return true;
    const answer = await journal.submit(machine, command, { subjects });
    return answer.kind !== 'refused' || answer.code !== 'overloaded';
  }

  async function carry(message: OutboxRow, since: number): Promise<void> {
    const sent = {
      kind: kindOf(message.kind),
      legId: legIdOf(message.paymentId, message.leg),
      paymentId: message.paymentId,
      bytes: message.message.bytes,
    };
    for (let tries = 0; isWanted(message, since); tries += 1) {
      if (!journal.isFresh()) {
        tries -= 1;
        await deps.sleep(NOT_FRESH_WAIT_MS);
        continue;
      }
      // asked for anew each time: its endpoint may have changed since the instruction was sent
      const outlet = deps.outlet(message.destination);
      if (outlet === undefined) return;
      const isFirst = tries === 0;
      if (isFirst && journal.backlog() > BACKLOG) await yieldToBacklog();
      const record = legOf(message)?.record ?? null;
      const stored: StoredInstruction = { ...sent, record };
      const report = await inLane(message.destination, () =>
        isFirst
          ? outlet.connector.execute(outlet.settings, stored)
          : outlet.connector.inquire(outlet.settings, stored),
      );
      if (!isWanted(message, since)) return;
      // an unknown is written down once, an answer always, and so is what an unknown teaches
      if (report.outcome !== 'pending' || isFirst || teaches(message, report)) {
        await settle(message, report);
      }
      if (!isWanted(message, since)) return;
      const refused = report.outcome !== 'pending';
      await deps.sleep(
        refused ? REFUSED_RETURN_WAIT_MS : outlet.connector.inquiryDelayMs(tries + 1),
      );
    }
  }

  function start(message: OutboxRow): void {
    carry(message, epoch).catch(deps.onDefect);
  }

  /** After a (re)load: every leg that is still without an answer gets its stored bytes again. */
  async function resume(since: number): Promise<void> {
    const places: { seq: number; ordinal: number }[] = [];
    for (const payment of machine.book.openPayments()) {
      for (const leg of payment.legs) {
        if (leg.state === 'sent' && leg.sentAt !== null) places.push(leg.sentAt);
      }
    }
    if (places.length === 0) return;
    const rows = await journal.reader.rows(
      // rides outbox_pkey
      `select o.* from unnest($1::int8[], $2::int4[]) as p(seq, ordinal)
       join outbox o on o.seq = p.seq and o.ordinal = p.ordinal`,
      [places.map((p) => String(p.seq)), places.map((p) => String(p.ordinal))],
    );
    const sealed = rows.map((row) => bytesOf(row, 'message'));
    const opened = await journal.unseal(sealed);
    if (since !== epoch) return;
    rows.forEach((row, i) => {
      const bytes = opened[i];
      if (bytes === undefined || bytes === null) return;
      start({
        seq: integerOf(row, 'seq'),
        ordinal: integerOf(row, 'ordinal'),
        destination: textOf(row, 'destination'),
        kind: textOf(row, 'kind'),
        paymentId: textOf(row, 'payment_id'),
        leg: integerOf(row, 'leg'),
        message: { bytes, subjects: journal.subjectsOf(bytesOf(row, 'message')) },
      });
    });
  }

  const forget = journal.onCommit((batch) => {
    for (const message of batch.messages) start(message);
  });
  journal.onReload(() => {
    epoch += 1;
    resume(epoch).catch(deps.onDefect);
  });

  return {
    stop() {
      epoch += 1;
      forget();
    },
    depth: () =>
      new Map(
        [...lanes].map(([name, { active, waiting }]) => [
          name,
          { inFlight: active, queued: waiting.length },
        ]),
      ),
  };
}

const KINDS: readonly InstructionKind[] = ['credit', 'collect', 'close', 'refund'];

function kindOf(text: string): InstructionKind {
  const kind = KINDS.find((k) => k === text);
  if (kind === undefined) throw new Error(`unknown instruction in storage: ${text}`);
  return kind;
}
