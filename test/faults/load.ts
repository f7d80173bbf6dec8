// Payments without end, four kinds side by side. What shall be paid is written down under its key
// before it is asked for; a call that fails is asked again with the same key.
import { HutongProblem } from '@hutong/sdk';
import type { Cluster } from './cluster.ts';

export interface Intent {
  readonly key: string;
  readonly participant: string;
  readonly account: string;
  readonly alias: string;
  readonly amount: string;
  readonly currency: string;
}

export interface Load {
  resume(): void;
  /** Begins nothing new; resolves when every call under way has an answer or was asked again. */
  pause(): Promise<void>;
  /** All but those refused before any money was held, as when the payee's wallet is down. */
  intents(): readonly Intent[];
  /** By key: which payment the caller was told of, and the end it was told. */
  acknowledged(): ReadonlyMap<string, { readonly paymentId: string; readonly state: string }>;
  counts(): {
    readonly sent: number;
    readonly acknowledged: number;
    readonly refused: number;
    readonly unanswered: number;
  };
}

const AT_ONCE = 12;
const PAYMENTS: readonly (readonly [from: string, account: string, alias: string, ccy: string])[] =
  [
    ['alpha', 'hongqiao', 'phone:+8613900000002', 'CNY'],
    ['alpha', 'hongqiao', 'email:marta@charlie.example', 'EUR'],
    ['alpha', 'hongqiao', 'phone:+8613700000003', 'CNY'],
    ['bravo', 'lina', 'phone:+8613800000001', 'CNY'],
  ];

export function createLoad(cluster: Cluster): Load {
  const intents: Intent[] = [];
  const refused = new Set<string>();
  const acknowledged = new Map<string, { paymentId: string; state: string }>();
  let running = false;
  let unanswered = 0;
  let workers: Promise<void>[] = [];

  function next(): Intent {
    const n = intents.length;
    const [participant, account, alias, currency] =
      PAYMENTS[n % PAYMENTS.length] ?? PAYMENTS[0] ?? [];
    if (participant === undefined || account === undefined) throw new Error('no payments');
    const amount = `0.${String(10 + (n % 90))}`;
    const key = `fault-${n}`;
    const intent = {
      key,
      participant,
      account,
      alias: alias ?? '',
      amount,
      currency: currency ?? '',
    };
    intents.push(intent);
    return intent;
  }

  /** False: no answer, so it must be asked again. */
  async function ask({ key, participant, account, alias, amount, currency }: Intent) {
    const money = { amount, currency };
    try {
      const wish = { account, payee: { alias }, amount: money, key };
      const { payment, state } = await cluster.wallet(participant).pay(wish);
      if (payment !== null && state !== 'open') {
        acknowledged.set(key, { paymentId: payment.id, state: payment.state });
      }
      return true;
    } catch (error) {
      if (error instanceof HutongProblem && error.problem.retry !== 'same_key') {
        refused.add(key);
        return true;
      }
      unanswered += 1;
      return false;
    }
  }

  async function work(): Promise<void> {
    while (running) {
      const intent = next();
      while (!(await ask(intent))) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  return {
    resume() {
      running = true;
      workers = Array.from({ length: AT_ONCE }, work);
    },
    async pause() {
      running = false;
      await Promise.all(workers);
    },
    intents: () => intents.filter(({ key }) => !refused.has(key)),
    acknowledged: () => acknowledged,
    counts: () => ({
      sent: intents.length,
      acknowledged: acknowledged.size,
      refused: refused.size,
      unanswered,
    }),
  };
}
