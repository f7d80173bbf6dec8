// Payments without end, four kinds side by side. What shall be paid is written down under its key
// before it is asked for; a call that fails is asked again with the same key.
import { HutongProblem } from '@hutong/sdk';
import type { SwitchUnderTest } from './switch.ts';

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
  counts(): { readonly sent: number; readonly refused: number; readonly unanswered: number };
}

const AT_ONCE = 12;
const PAYMENTS: readonly (readonly [from: string, account: string, alias: string, ccy: string])[] =
  [
    ['alpha', 'hongqiao', 'phone:+8613900000002', 'CNY'],
    ['alpha', 'hongqiao', 'email:marta@charlie.example', 'EUR'],
    ['alpha', 'hongqiao', 'phone:+8613700000003', 'CNY'],
    ['bravo', 'lina', 'phone:+8613800000001', 'CNY'],
  ];

export function createLoad(hutong: SwitchUnderTest): Load {
  const intents: Intent[] = [];
  const refused = new Set<string>();
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
      await hutong.wallet(participant).pay({ account, payee: { alias }, amount: money, key });
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
    counts: () => ({ sent: intents.length, refused: refused.size, unanswered }),
  };
}
