// What a simulated wallet can be told to do wrong, so that the switch can be seen to cope.
import { problemCodeSchema } from '@hutong/sdk/contract';
import { z } from 'zod';

export const faultKinds = [
  /** Rejects the instruction, with `code`. */
  'refuse',
  /** Answers `ms` later. */
  'slow',
  /** Kills itself (SIGKILL) before anything is booked. */
  'die_before',
  /** Kills itself when the booking is durable, before it answers. */
  'die_after',
  /** Answers `pending`, books `ms` later and reports. */
  'late',
  /** Answers, and reports the same outcome a second time. */
  'twice',
  /** Books, and answers with bytes that are no answer. */
  'garbage',
  /** Books, and answers without a signature. */
  'unsigned',
  /** Books, and never answers. */
  'silent',
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** For that many instructions. */
  times: z.int().min(1).max(1_000_000).default(1),
  ms: z.int().min(0).max(600_000).default(100),
  code: problemCodeSchema.default('payee_not_payable'),
});
export type Fault = z.infer<typeof faultSchema>;

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The next fault of one of these kinds, if any; each one is used up. */
  take(...kinds: readonly Fault['kind'][]): Fault | undefined;
}

export function createFaults(): Faults {
  let list: Fault[] = [];
  return {
    add: (fault) => void list.push(fault),
    clear() {
      list = [];
    },
    take(...kinds) {
      const at = list.findIndex((fault) => kinds.includes(fault.kind));
      const fault = list[at];
      if (fault === undefined) return undefined;
      if (fault.times > 1) list[at] = { ...fault, times: fault.times - 1 };
      else list.splice(at, 1);
      return fault;
    },
  };
}
