// A simulated platform's own append-only file: what it has answered survives kill -9, so an answer
// waits until its entry is on disk. Entries that wait together share one fdatasync.
import { mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { defect } from '../runtime/defect.ts';

export interface EntryJournal<Entry> {
  append(entry: Entry): void;
  /** Resolves when everything appended so far is durable. */
  durable(): Promise<void>;
  close(): Promise<void>;
}

/** What an earlier run wrote. A last line without its end was never answered: it is cut off. */
export function readEntries<Entry>(path: string, schema: z.ZodType<Entry>): Entry[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const end = text.lastIndexOf('\n') + 1;
  if (end < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, end)));
  return text
    .slice(0, end)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}

/** @param onFailure the disk refused: nothing may be answered any more, the platform must end. */
export async function openJournal<Entry>(options: {
  readonly path: string;
  readonly onFailure: (error: unknown) => void;
}): Promise<EntryJournal<Entry>> {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
  const file = await open(options.path, 'a', 0o600);
  let lines = '';
  let waiters: (() => void)[] = [];
  let writing = false;
  let failed = false;
  let closing = false;

  async function write(): Promise<void> {
    writing = true;
    try {
      while (lines !== '' || waiters.length > 0) {
        const text = lines;
        const served = waiters;
        lines = '';
        waiters = [];
        if (text !== '') {
          await file.appendFile(text);
          await file.datasync();
        }
        for (const done of served) done();
      }
    } catch (error) {
      // Whoever waits is never answered: that is what "unknown" is.
      failed = true;
      options.onFailure(error);
    } finally {
      writing = false;
    }
  }

  const durable = () => {
    if (!writing && lines === '' && !failed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    waiters.push(resolve);
    return promise;
  };

  return {
    append(entry) {
      if (failed) defect('the journal has failed');
      // what comes while the platform ends is never answered, and learnt again by the next run
      if (closing) return;
      lines += `${JSON.stringify(entry)}\n`;
      if (!writing) void write();
    },
    durable,
    async close() {
      closing = true;
      if (!failed) await durable();
      await file.close();
    },
  };
}

/** Without a file: for tests that look at nothing but behaviour. */
export const memoryJournal = <Entry>(): EntryJournal<Entry> => ({
  append: () => undefined,
  durable: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
