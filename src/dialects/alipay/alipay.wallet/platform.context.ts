// What the parts of the simulated Alipay share: its book with the file below it, its clock, its
// numbers, and an end.
import { randomInt } from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logging.ts';
import type { Book } from './platform.book.ts';
import type { PlatformConfig } from './platform.config.ts';
import type { Entry } from './platform.entries.ts';
import type { Faults } from './platform.faults.ts';
import type { PlatformKeys } from './platform.keys.ts';
import { gmt8 } from './platform.yuan.ts';

export interface PlatformContext {
  readonly config: PlatformConfig;
  readonly book: Book;
  readonly faults: Faults;
  readonly keys: PlatformKeys;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: PlatformIds;
  /** Aborted when the platform ends. */
  readonly stopping: AbortSignal;
  /** Applies and writes down; nothing may be answered on it before `durable`. */
  record(entry: Entry): void;
  durable(): Promise<void>;
}

export interface PlatformIds {
  /** 28 digits, beginning with the day in GMT+8. */
  tradeNo(atMs: number): string;
  /** 34 digits, beginning with the day in GMT+8. */
  notification(atMs: number): string;
  /** The address in the code that the buyer scans. */
  qrCode(): string;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

function text(length: number, letters: string): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

export function createPlatformIds(): PlatformIds {
  const day = (atMs: number) => gmt8(atMs).slice(0, 10).replaceAll('-', '');
  return {
    tradeNo: (atMs) => `${day(atMs)}22001${text(15, '0123456789')}`,
    notification: (atMs) => `${day(atMs)}00222${text(21, '0123456789')}`,
    qrCode: () => `https://qr.alipay.com/bax${text(17, LETTERS)}`,
  };
}

/** Resolves after `ms`, or at once when the platform ends. */
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
