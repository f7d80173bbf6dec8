// What the simulated WeChat Pay can be told to do wrong, so that a merchant can be seen to cope.
import { z } from 'zod';

export const OPERATIONS = ['native', 'query', 'close', 'refund', 'refund.query'] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** At a request that was verified. */
const requestKinds = [
  /** Answers `ms` later, having done it. */
  'slow',
  /** Does it, and answers SYSTEM_ERROR. */
  'error_after',
  /** Answers SYSTEM_ERROR without having done anything. */
  'error_before',
  /** Answers FREQUENCY_LIMITED without having done anything. */
  'busy',
  /** Kills itself (SIGKILL) before anything is booked. */
  'die_before',
  /** Kills itself when the booking is durable, before it answers. */
  'die_after',
  /** Does it, and never answers. */
  'silent',
  /** Does it, and answers with bytes that are no JSON, under a true signature. */
  'garbage',
  /** Does it, and signs the answer with somebody else's key. */
  'forge_answer',
  /** Does it, and answers with a signature that is wrong on purpose: `WECHATPAY/SIGNTEST/…`. */
  'probe_answer',
] as const;

/** At a refund that is accepted: it is PROCESSING, and ends `ms` later. */
const refundKinds = ['refund_slow', 'refund_closed', 'refund_abnormal'] as const;

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
  /** WeChat Pay's own test of the merchant: the signature is `WECHATPAY/SIGNTEST/…`. */
  'notify_probe',
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum([...requestKinds, ...refundKinds, ...notifyKinds]),
  /** Only of this interface; of any if absent. */
  operation: z.enum(OPERATIONS).exactOptional(),
  /** For that many requests or attempts. */
  times: z.int().min(1).max(1_000_000).default(1),
  ms: z.int().min(0).max(600_000).default(100),
});
export type Fault = z.output<typeof faultSchema>;

export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The next one for this interface, if any; each one is used up. */
  atRequest(operation: OperationName): Fault | undefined;
  atRefund(): Fault | undefined;
  atNotification(): Fault | undefined;
}

export function createFaults(): Faults {
  let list: Fault[] = [];

  function take(kinds: readonly string[], operation?: OperationName): Fault | undefined {
    const index = list.findIndex(
      (fault) => kinds.includes(fault.kind) && (fault.operation ?? operation) === operation,
    );
    const fault = list[index];
    if (fault === undefined) return undefined;
    if (fault.times > 1) list[index] = { ...fault, times: fault.times - 1 };
    else list.splice(index, 1);
    return fault;
  }

  return {
    add: (fault) => void list.push(fault),
    clear() {
      list = [];
    },
    atRequest: (operation) => take(requestKinds, operation),
    atRefund: () => take(refundKinds),
    atNotification: () => take(notifyKinds),
  };
}
