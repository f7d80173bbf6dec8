// What the simulated Alipay can be told to do wrong, so that a merchant can be seen to cope.
import { z } from 'zod';

/** At the gateway. */
const requestKinds = [
  /** Answers `ms` later, having done it. */
  'slow',
  /** Does it, and answers ACQ.SYSTEM_ERROR. */
  'error_after',
  /** Answers ACQ.SYSTEM_ERROR without having done anything. */
  'error_before',
  /** Does it, and answers that the gateway does not know what became of it (20000, HTTP 500). */
  'unknown_after',
  /** Kills itself (SIGKILL) before anything is booked. */
  'die_before',
  /** Kills itself when the booking is durable, before it answers. */
  'die_after',
  /** Does it, and never answers. */
  'silent',
  /** Does it, and answers with bytes that are no answer. */
  'garbage',
  /** Does it, and signs the answer with somebody else's key. */
  'forge_answer',
] as const;

/** At a notification. */
const notifyKinds = [
  /** This attempt never arrives. */
  'notify_lose',
  /** It arrives twice at the same time. */
  'notify_double',
  /** It leaves `ms` later. */
  'notify_delay',
  /** It arrives with the right words under somebody else's signature. */
  'notify_forge',
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum([...requestKinds, ...notifyKinds]),
  /** Only of this interface, such as `trade.refund`; of any if absent. */
  operation: z.string().exactOptional(),
  /** For that many requests or attempts. */
  times: z.int().min(1).max(1_000_000).default(1),
  ms: z.int().min(0).max(600_000).default(100),
});
export type Fault = z.output<typeof faultSchema>;

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The next one for this interface, if any; each one is used up. */
  atRequest(operation: string): Fault | undefined;
  atNotification(): Fault | undefined;
}

export function createFaults(): Faults {
  let list: Fault[] = [];

  function take(matches: (fault: Fault) => boolean): Fault | undefined {
    const index = list.findIndex(matches);
    const fault = list[index];
    if (fault === undefined) return undefined;
    if (fault.times > 1) list[index] = { ...fault, times: fault.times - 1 };
    else list.splice(index, 1);
    return fault;
  }

  const isAtRequest = ({ kind }: Fault) => requestKinds.some((each) => each === kind);
  return {
    add: (fault) => void list.push(fault),
    clear() {
      list = [];
    },
    atRequest: (operation) =>
      take((fault) => isAtRequest(fault) && (fault.operation ?? operation) === operation),
    atNotification: () => take((fault) => !isAtRequest(fault)),
  };
}
