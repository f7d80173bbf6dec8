// Sends what is due: encrypted, signed, again and again by WeChat Pay's schedule until the merchant
// answers 200 or 204. What was tried is booked, so that a restart goes on where it stopped.

import { type PlatformContext, pause } from './platform.context.ts';
import type { Signer } from './platform.keys.ts';
import { dueMs } from './platform.notices.ts';
import type { Notice } from './platform.order.ts';
import { china } from './platform.yuan.ts';

interface Tried {
  readonly isTaken: boolean;
  readonly result: string;
}

export interface Sending {
  /** Begins or goes on with one; to be called once per notification and run. */
  plan(notice: Notice): void;
  /** Sends it once, signed by a stranger. @returns what the merchant answered. */
  forge(notice: Notice): Promise<string>;
}

export function createSending(context: PlatformContext): Sending {
  const { config, faults, keys, clock, log, stopping } = context;
  const keyOf = (mchid: string) =>
    config.merchants.find((each) => each.mchid === mchid)?.apiV3Key ?? '';

  function bodyOf(notice: Notice): string {
    const { id, mchid, createdAtMs, eventType, summary, originalType, content } = notice;
    return JSON.stringify({
      id,
      create_time: china(createdAtMs),
      resource_type: 'encrypt-resource',
      event_type: eventType,
      summary,
      resource: keys.encrypt(keyOf(mchid), originalType, content),
    });
  }

  /** What is signed wrong does not count as taken, whatever the merchant says. */
  async function post(url: string, body: string, signer: Signer): Promise<Tried> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: '*/*',
          'user-agent': 'Mozilla/4.0',
          ...keys.headers(body, signer),
        },
        body,
        // an answer that leads elsewhere is none
        redirect: 'manual',
        signal: AbortSignal.any([stopping, AbortSignal.timeout(config.notifyTimeoutMs)]),
      });
      await response.body?.cancel();
      const isAgreed = response.status === 200 || response.status === 204;
      const result = `HTTP ${response.status}`;
      if (signer === 'platform') return { isTaken: isAgreed, result };
      return { isTaken: false, result: `${signer}: ${isAgreed ? 'believed' : result}` };
    } catch (error) {
      return { isTaken: false, result: error instanceof Error ? error.name : 'unknown' };
    }
  }

  async function attempt(notice: Notice): Promise<Tried> {
    const fault = faults.atNotification();
    const { url } = notice;
    if (fault?.kind === 'notify_lose') return { isTaken: false, result: 'lost' };
    if (fault?.kind === 'notify_delay') await pause(fault.ms, stopping);
    const body = bodyOf(notice);
    if (fault?.kind === 'notify_forge') return post(url, body, 'stranger');
    if (fault?.kind === 'notify_probe') return post(url, body, 'probe');
    const first = post(url, body, 'platform');
    if (fault?.kind !== 'notify_double') return first;
    const both = await Promise.all([first, post(url, body, 'platform')]);
    return both.find(({ isTaken }) => !isTaken) ?? both[0];
  }

  async function send(notice: Notice): Promise<void> {
    // what it tells must be true after a crash too
    await context.durable();
    const tried = await attempt(notice);
    if (stopping.aborted) return;
    context.record({ type: 'attempt', noticeId: notice.id, atMs: clock.nowMs(), ...tried });
    plan(notice);
  }

  function plan(notice: Notice): void {
    const due = dueMs(notice, config.notifyRetryFactor);
    if (due === undefined || stopping.aborted) return;
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

  return {
    plan,
    forge: async (notice) => (await post(notice.url, bodyOf(notice), 'stranger')).result,
  };
}
