// One call between its verified request and its signed answer: does it, makes it durable, and
// misbehaves where a fault was ordered.
import { type PlatformContext, pause } from './platform.context.ts';
import type { Fault, OperationName } from './platform.faults.ts';
import type { Signer } from './platform.keys.ts';
import { type Answer, refuse } from './platform.refusals.ts';

export interface Performed {
  readonly answer: Answer;
  readonly signer: Signer;
  readonly garbled: boolean;
}

export function createPerforming({ faults, stopping, durable }: PlatformContext) {
  async function behave(answer: Answer, fault: Fault | undefined): Promise<Performed> {
    const kind = fault?.kind;
    if (kind === 'die_after') process.kill(process.pid, 'SIGKILL');
    if (kind === 'silent') await new Promise(() => undefined);
    if (fault?.kind === 'slow') await pause(fault.ms, stopping);
    const signer = kind === 'forge_answer' ? 'stranger' : 'platform';
    return {
      answer: kind === 'error_after' ? refuse('SYSTEM_ERROR') : answer,
      signer: kind === 'probe_answer' ? 'probe' : signer,
      garbled: kind === 'garbage',
    };
  }

  return async (operation: OperationName, run: () => Answer): Promise<Performed> => {
    const fault = faults.atRequest(operation);
    if (fault?.kind === 'die_before') process.kill(process.pid, 'SIGKILL');
    const honest = { signer: 'platform', garbled: false } as const;
    if (fault?.kind === 'error_before') return { answer: refuse('SYSTEM_ERROR'), ...honest };
    if (fault?.kind === 'busy') return { answer: refuse('FREQUENCY_LIMITED'), ...honest };
    const answer = run();
    await durable();
    return behave(answer, fault);
  };
}
