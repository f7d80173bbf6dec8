// The log file loses no line and never grows without end.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_FILES_KEPT, logFileOf, openLogFile } from './log-file.ts';

let data = '';
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'hutong-log-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

test('a full file is put aside, whole lines in each, and the oldest goes', () => {
  const path = logFileOf(data);
  const file = openLogFile(path, 100);
  for (let n = 0; n < 100; n += 1)
    file.write(`line ${String(n).padStart(4, '0')} ${'x'.repeat(20)}\n`);
  file.close();
  const names = readdirSync(join(data, 'logs'));
  expect(names).toHaveLength(LOG_FILES_KEPT + 1);
  for (const name of names)
    expect(statSync(join(data, 'logs', name)).size).toBeLessThanOrEqual(100);
  expect(readFileSync(path, 'utf8')).toContain('line 0099');
  expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/^line \d{4} x+\n/);
});

test('a start goes on where the last one ended; nobody else may read it', () => {
  const path = logFileOf(data);
  for (const line of ['first\n', 'second\n']) {
    const file = openLogFile(path, 1_000);
    file.write(line);
    file.close();
  }
  expect(readFileSync(path, 'utf8')).toBe('first\nsecond\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
