// Sends what is due: a signed form to the order's notify_url, again and again after Alipay's
// schedule until the merchant answers `success`. What was tried is booked, so that a restart goes
// on where it stopped.
import { setTimeout as after } from 'node:timers';
import { type PlatformContext, pause } from './platform.context.ts';
import { sortedText } from './platform.keys.ts';
import { dueMs } from './platform.notices.ts';
import type { Notice } from './platform.trade.ts';
import { gmt8 } from './platform.yuan.ts';

export interface Sending {
  /** Begins or goes on with one; to be called once per notification and run. */
  plan(notice: Notice): void;
  /** Sends it once, signed by a stranger. @returns what the merchant answered. */
  forge(notice: Notice): Promise<string>;
}

export function createSending(context: PlatformContext): Sending {
  const { config, faults, keys, clock, log, stopping } = context;

  function formOf({ fields }: Notice, sign: (text: string) => string): string {
    const told = { ...fields, notify_time: gmt8(clock.nowMs()) };
    const signature = sign(sortedText(Object.entries(told)));
    return new URLSearchParams({ ...told, sign_type: 'RSA2', sign: signature }).toString();
  }

  async function post(url: string, body: string): Promise<string> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
          'user-agent': 'Mozilla/4.0',
        },
        body,
        // an answer that leads elsewhere is none
        redirect: 'manual',
        signal: AbortSignal.any([stopping, AbortSignal.timeout(config.notifyTimeoutMs)]),
      });
      const text = (await response.text()).trim().slice(0, 100);
      if (response.status !== 200) return `HTTP ${response.status}`;
      return text === 'success' ? 'success' : `answered ${JSON.stringify(text)}`;
    } catch (error) {
      return `failed: ${error instanceof Error ? error.name : 'unknown'}`;
    }
  }

  async function attempt(notice: Notice): Promise<string> {
    const fault = faults.atNotification();
    const { url } = notice;
    if (fault?.kind === 'notify_lose') return 'lost';
    if (fault?.kind === 'notify_delay') await pause(fault.ms, stopping);
    if (fault?.kind === 'notify_forge') {
      return `forged: ${await post(url, formOf(notice, keys.forge))}`;
    }
    const form = formOf(notice, keys.sign);
    if (fault?.kind !== 'notify_double') return post(url, form);
    const both = await Promise.all([post(url, form), post(url, form)]);
    return both.find((result) => result !== 'success') ?? 'success';
  }

  async function send(notice: Notice): Promise<void> {
    // what it tells must be true after a crash too
    await context.durable();
    const result = await attempt(notice);
    if (stopping.aborted) return;
    const { notifyId } = notice;
    context.record({ type: 'attempt', notifyId, atMs: clock.nowMs(), result });
    plan(notice);
  }

  function plan(notice: Notice): void {
    const due = dueMs(notice, config.notifyRetryFactor);
    if (due === undefined || stopping.aborted) return;
    const timer = after(
      () => {
        stopping.removeEventListener('abort', cancel);
        send(notice).catch((error: unknown) => {
          log.error({ err: error, notifyId: notice.notifyId }, 'a notification is not sent');
        });
      },
      Math.max(0, due - clock.nowMs()),
    );
    const cancel = () => clearTimeout(timer);
    stopping.addEventListener('abort', cancel, { once: true });
  }

  return { plan, forge: (notice) => post(notice.url, formOf(notice, keys.forge)) };
}
