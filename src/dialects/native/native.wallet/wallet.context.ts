// What the parts of a simulated wallet share: its book with the file below it, its client of the
// switch, money as text, and an end.
import { type HutongClient, HutongProblem } from '@hutong/sdk';
import type { Money, ProblemCode } from '@hutong/sdk/contract';
import { createCurrencies, formatAmount, parseAmount } from '../../../money/index.ts';
import { problem, toProblemJson } from '../../../problems/index.ts';
import { required } from '../../../runtime/defect.ts';
import type { Logger } from '../../../runtime/logging.ts';
import type { Book } from './wallet.book.ts';
import type { WalletConfig } from './wallet.config.ts';
import type { Entry } from './wallet.entries.ts';
import type { Faults } from './wallet.faults.ts';

export interface WalletContext {
  readonly config: WalletConfig;
  readonly book: Book;
  readonly faults: Faults;
  readonly client: HutongClient;
  readonly log: Logger;
  /** Aborted when the wallet ends. */
  readonly stopping: AbortSignal;
  /** Applies and writes down; nothing may be answered on it before `durable`. */
  record(entry: Entry): void;
  durable(): Promise<void>;
  newId(): string;
}

const currencies = createCurrencies();

/** @throws HutongProblem */
export function minorOf({ amount, currency }: Money): bigint {
  const known = currencies.byCode(currency);
  if (known === undefined) throw refusal('currency_unknown');
  const parsed = parseAmount(amount, known);
  if (!parsed.ok) throw refusal(parsed.code);
  return parsed.minor;
}

export function decimal(minor: bigint, currency: string): string {
  return formatAmount(minor, required(currencies.byCode(currency), `currency ${currency}`));
}

/** The wallet's own no, in the words that the switch would use. */
export function refusal(code: ProblemCode, detail?: string): HutongProblem {
  const why = problem(code, detail === undefined ? {} : { detail });
  return new HutongProblem(toProblemJson(why, { requestId: 'wallet' }), true);
}

/** Resolves after `ms`, or at once when the wallet ends. */
export function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stopping.addEventListener('abort', done);
    if (stopping.aborted) done();
  });
}

const RETRY_FIRST_MS = 100;
const RETRY_MS_MAX = 3_000;

/** Doubling from 100 ms to 3 s. */
export function retryMs(attempt: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 10), RETRY_MS_MAX);
}
