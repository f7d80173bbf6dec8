// What the parts of the simulated WeChat Pay share: its book with the file below it, its clock, its
// numbers, and an end.
import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logging.ts';
import type { Book } from './platform.book.ts';
import type { PlatformConfig } from './platform.config.ts';
import type { Entry } from './platform.entries.ts';
import type { Faults } from './platform.faults.ts';
import type { PlatformKeys } from './platform.keys.ts';

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
  /** 28 digits. */
  transaction(): string;
  /** 29 digits. */
  refund(): string;
  notification(): string;
  /** What the code that the user scans says. */
  codeUrl(): string;
}

export function createPlatformIds(): PlatformIds {
  const digits = (count: number) =>
    Array.from({ length: count }, () => String(randomInt(10))).join('');
  return {
    transaction: () => `42000${digits(23)}`,
    refund: () => `5030000${digits(22)}`,
    notification: () => `EV-${randomBytes(16).toString('hex')}`,
    codeUrl: () => `weixin://wxpay/bizpayurl?pr=${randomBytes(6).toString('base64url')}`,
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
