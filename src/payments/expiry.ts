// Looks for payments and orders whose time is up and tells the journal. A jump of the clock ends
// nothing by itself: expiry pauses until the clock has been steady again.
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import type { PaymentMachine } from './payment.engine.ts';

const LOOK_EVERY_MS = 250;
/** Wall and monotonic clock may drift apart this far between two looks. */
const JUMP_MS_MAX = 5_000;
const PAUSE_MS = 30_000;

export function createExpiry(deps: {
  readonly journal: Journal;
  readonly machine: PaymentMachine;
  readonly clock: Clock;
  readonly onJump: (byMs: number) => void;
  readonly onDefect: (error: unknown) => void;
}): { stop(): void; look(): Promise<void> } {
  const { journal, machine, clock } = deps;
  const asked = new Set<string>();
  let lastWallMs = clock.nowMs();
  let lastMonotonicMs = clock.monotonicMs();
  let pausedUntilMs = 0;

  function isSteady(): boolean {
    const wallMs = clock.nowMs();
    const monotonicMs = clock.monotonicMs();
    const jumpMs = wallMs - lastWallMs - (monotonicMs - lastMonotonicMs);
    lastWallMs = wallMs;
    lastMonotonicMs = monotonicMs;
    if (Math.abs(jumpMs) > JUMP_MS_MAX) {
      pausedUntilMs = monotonicMs + PAUSE_MS;
      deps.onJump(jumpMs);
    }
    return monotonicMs >= pausedUntilMs;
  }

  async function look(): Promise<void> {
    if (!isSteady() || !journal.isFresh()) return;
    const nowMs = clock.nowMs();
    const work: Promise<unknown>[] = [];
    for (const payment of machine.book.openPayments()) {
      if (payment.expiresAtMs > nowMs || asked.has(payment.id)) continue;
      // once in doubt or closing, time changes nothing more
      if (payment.state === 'closing') continue;
      const isDoubted = payment.legs.some((leg) => leg.inDoubt);
      if (isDoubted && machine.book.lasting(payment.id) !== undefined) continue;
      asked.add(payment.id);
      const command = { type: 'expire', paymentId: payment.id } as const;
      work.push(journal.submit(machine, command).finally(() => asked.delete(payment.id)));
    }
    for (const order of machine.book.openOrders()) {
      if (order.expiresAtMs > nowMs || order.state !== 'open' || asked.has(order.id)) continue;
      asked.add(order.id);
      const command = {
        type: 'close_order',
        id: order.id,
        requesterParticipantId: null,
      } as const;
      work.push(journal.submit(machine, command).finally(() => asked.delete(order.id)));
    }
    await Promise.all(work);
  }

  const timer = setInterval(() => {
    look().catch(deps.onDefect);
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer), look };
}
