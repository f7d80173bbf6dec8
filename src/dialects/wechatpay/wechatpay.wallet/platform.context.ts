// What the parts of the simulated WeChat Pay share: its book with the file below it, its clock, its
// keys, and an end.
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logging.ts';
import type { Book } from './platform.book.ts';
import type { PlatformConfig } from './platform.config.ts';
import type { Entry } from './platform.entries.ts';
import type { createFaults } from './platform.faults.ts';
import type { createPlatformKeys } from './platform.keys.ts';

export interface PlatformContext {
  readonly config: PlatformConfig;
  readonly book: Book;
  readonly faults: ReturnType<typeof createFaults>;
  readonly keys: ReturnType<typeof createPlatformKeys>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the platform ends. */
  readonly stopping: AbortSignal;
  /** Applies and writes down; nothing may be answered on it before `durable`. */
  record(entry: Entry): void;
  durable(): Promise<void>;
}

/** RFC 3339 in China's time. */
export const china = (atMs: number) =>
  `${new Date(atMs + 28_800_000).toISOString().slice(0, 19)}+08:00`;
