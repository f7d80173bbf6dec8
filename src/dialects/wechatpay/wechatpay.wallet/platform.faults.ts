// What the simulated WeChat Pay can be told to do wrong, so that a merchant can be seen to cope.
import { z } from 'zod';

const kinds = [
  /** Answers `ms` later, having done it. */
  'slow',
  /** Does it, and answers SYSTEM_ERROR. */
  'error_after',
  /** Answers SYSTEM_ERROR without having done anything. */
  'error_before',
  /** Does it, and never answers. */
  'silent',
  /** Does it, and signs the answer with somebody else's key. */
  'forge_answer',
  /** Kills itself (SIGKILL) when it is durable, before it answers. */
  'die_after',
  /** This attempt to notify never arrives. */
  'notify_lose',
  /** It arrives twice at the same time. */
  'notify_double',
  /** It leaves `ms` later. */
  'notify_delay',
  /** It arrives with the right words under somebody else's signature. */
  'notify_forge',
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum(kinds),
  /** For that many requests or attempts. */
  times: z.int().min(1).max(1_000_000).default(1),
  ms: z.int().min(0).max(600_000).default(100),
});
export type Fault = z.output<typeof faultSchema>;

export function createFaults() {
  let list: Fault[] = [];
  const isNotify = ({ kind }: Fault) => kind.startsWith('notify_');
  function take(matches: (fault: Fault) => boolean): Fault | undefined {
    const fault = list.find(matches);
    if (fault === undefined) return undefined;
    const left = { ...fault, times: fault.times - 1 };
    list = list.flatMap((each) => (each !== fault ? [each] : left.times > 0 ? [left] : []));
    return fault;
  }
  return {
    add: (fault: Fault) => void list.push(fault),
    clear: () => {
      list = [];
    },
    atRequest: () => take((fault) => !isNotify(fault)),
    atNotification: () => take(isNotify),
  };
}
