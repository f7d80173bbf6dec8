// One call of an interface between its verified request and its signed answer, the same for both
// generations of the protocol: does it, makes it durable, and misbehaves where a fault was ordered.
import { type PlatformContext, pause } from './platform.context.ts';
import type { Fault } from './platform.faults.ts';
import { type Outcome, refuse } from './platform.refusals.ts';
import type { Call, Trades } from './platform.trades.ts';

export interface Performed {
  /** `unknown`: the gateway says that it does not know. */
  readonly outcome: Outcome | 'unknown';
  readonly sign: (text: string) => string;
  readonly garbled: boolean;
}

/** Bytes that are no answer of either generation. */
export const GARBAGE = '{"alipay_trade_';

export type Perform = (operation: string, call: Call) => Promise<Performed> | undefined;

/** @returns undefined for an interface that there is not. */
export function createPerforming(context: PlatformContext, trades: Trades): Perform {
  const { faults, keys, stopping } = context;

  async function behave(outcome: Outcome, fault: Fault | undefined): Promise<Performed> {
    if (fault?.kind === 'die_after') process.kill(process.pid, 'SIGKILL');
    if (fault?.kind === 'silent') await new Promise(() => undefined);
    if (fault?.kind === 'slow') await pause(fault.ms, stopping);
    const shown = fault?.kind === 'error_after' ? refuse('ACQ.SYSTEM_ERROR') : outcome;
    return {
      outcome: fault?.kind === 'unknown_after' ? 'unknown' : shown,
      sign: fault?.kind === 'forge_answer' ? keys.forge : keys.sign,
      garbled: fault?.kind === 'garbage',
    };
  }

  return (name, call) => {
    const operation = trades.operations.get(name);
    if (operation === undefined) return undefined;
    const fault = faults.atRequest(name);
    if (fault?.kind === 'die_before') process.kill(process.pid, 'SIGKILL');
    const outcome = fault?.kind === 'error_before' ? refuse('ACQ.SYSTEM_ERROR') : operation(call);
    return context.durable().then(() => behave(outcome, fault));
  };
}
