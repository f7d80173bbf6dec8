// Tells merchants what became of their orders: encrypted, signed, again and again by WeChat Pay's
// schedule until it is taken. What was tried is booked, so that a restart goes on where it stopped.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Notice } from './platform.book.ts';
import { china, type PlatformContext } from './platform.context.ts';
import { refundOf, transactionOf } from './platform.orders.ts';

const SCHEDULE_S = [
  15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];

/** When it is sent next; null where it was taken, or given up. */
export function dueAtMs({ attempts, createdAtMs }: Notice, factor: number): number | null {
  const last = attempts.at(-1);
  if (last === undefined) return createdAtMs;
  const delayS = SCHEDULE_S[attempts.length - 1];
  return last.isTaken || delayS === undefined ? null : last.atMs + delayS * 1_000 * factor;
}

export function createSending(context: PlatformContext) {
  const { config, faults, keys, clock, log, stopping } = context;

  function bodyOf({ id, order, refund, createdAtMs }: Notice): string {
    const merchant = config.merchants.find(({ mchid }) => mchid === order.mchid);
    const type = refund === null ? 'transaction' : 'refund';
    const { status, ...rest }: Record<string, unknown> =
      refund === null
        ? { appid: merchant?.appid, ...transactionOf(order) }
        : { mchid: order.mchid, ...refundOf(order, refund) };
    const content = refund === null ? rest : { ...rest, refund_status: status };
    return JSON.stringify({
      id,
      create_time: china(createdAtMs),
      resource_type: 'encrypt-resource',
      event_type: refund === null ? 'TRANSACTION.SUCCESS' : 'REFUND.SUCCESS',
      summary: refund === null ? '支付成功' : '退款成功',
      resource: keys.encrypt(merchant?.apiV3Key ?? '', type, content),
    });
  }

  async function post(url: string, body: string, isForged: boolean) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...keys.headers(body, isForged) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stopping, AbortSignal.timeout(config.notifyTimeoutMs)]),
      });
      await response.body?.cancel();
      const isTaken = !isForged && (response.status === 200 || response.status === 204);
      return { isTaken, result: `HTTP ${response.status}` };
    } catch (error) {
      return { isTaken: false, result: error instanceof Error ? error.name : 'unknown' };
    }
  }

  async function attempt(notice: Notice) {
    const fault = faults.atNotification();
    if (fault?.kind === 'notify_lose') return { isTaken: false, result: 'lost' };
    if (fault?.kind === 'notify_delay') {
      await sleep(fault.ms, undefined, { signal: stopping }).catch(() => undefined);
    }
    const body = bodyOf(notice);
    const first = post(notice.url, body, fault?.kind === 'notify_forge');
    if (fault?.kind !== 'notify_double') return first;
    const both = await Promise.all([first, post(notice.url, body, false)]);
    return both.find(({ isTaken }) => !isTaken) ?? both[0];
  }

  async function send(notice: Notice): Promise<void> {
    // what it tells must be true after a crash too
    await context.durable();
    const done = await attempt(notice);
    if (stopping.aborted) return;
    context.record({ type: 'attempt', noticeId: notice.id, atMs: clock.nowMs(), ...done });
    plan(notice);
  }

  /** Begins or goes on with one; to be called once per notification and run. */
  function plan(notice: Notice): void {
    const due = dueAtMs(notice, config.notifyRetryFactor);
    if (due === null || stopping.aborted) return;
    const timer = setTimeout(
      () => {
        stopping.removeEventListener('abort', cancel);
        send(notice).catch((error: unknown) => {
          log.error({ err: error, noticeId: notice.id }, 'a notification is not sent');
        });
      },
      Math.max(0, due - clock.nowMs()),
    );
    const cancel = () => clearTimeout(timer);
    stopping.addEventListener('abort', cancel, { once: true });
  }

  return { plan };
}
