// `<data>/switch.json`: where the switch of a data folder is to be found. Other commands read it; a
// file whose process has gone is as good as none.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isRunning, stampOf } from '../postgres/index.ts';

const runFileSchema = z.object({
  pid: z.int(),
  start: z.string(),
  address: z.string(),
  sandbox: z.boolean(),
});
export type RunFile = z.infer<typeof runFileSchema>;

/** One file per process, as a standby may share the folder with the leader. */
const pathOf = (dataFolder: string) => join(dataFolder, 'switch.json');

export function writeRunFile(dataFolder: string, address: string, sandbox: boolean): void {
  const stamp = stampOf(process.pid);
  const content: RunFile = { pid: process.pid, start: stamp?.start ?? '', address, sandbox };
  const path = pathOf(dataFolder);
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(fresh, path);
}

export function readRunFile(dataFolder: string): RunFile | null {
  let text: string;
  try {
    text = readFileSync(pathOf(dataFolder), 'utf8');
  } catch {
    return null;
  }
  const parsed = runFileSchema.safeParse(JSON.parse(text));
  return parsed.success && isRunning(parsed.data) ? parsed.data : null;
}

/** Removes the file if it is still ours. */
export function removeRunFile(dataFolder: string): void {
  if (readRunFile(dataFolder)?.pid === process.pid) rmSync(pathOf(dataFolder), { force: true });
}
