// Who uses the embedded server: one empty file per use, named by process, start time and a random
// part. Those of dead processes don't count and are swept. Callers hold the folder's lock.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessStamp } from './processes.ts';

export interface Holders {
  /** Returns the file's name, to be given to `leave`. */
  enter(who: ProcessStamp): string;
  leave(name: string): void;
  /** The living, after sweeping the dead. */
  living(): ProcessStamp[];
}

export function openHolders(folder: string): Holders {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    enter({ pid, start }) {
      const name = `${pid}.${start}.${randomBytes(4).toString('hex')}`;
      writeFileSync(join(folder, name), '', { mode: 0o600, flag: 'wx' });
      return name;
    },
    leave: (name) => rmSync(join(folder, name), { force: true }),
    living() {
      const found: ProcessStamp[] = [];
      for (const name of readdirSync(folder)) {
        const [pid = '', start = ''] = name.split('.');
        const stamp = { pid: Number(pid), start };
        if (isRunning(stamp)) found.push(stamp);
        else rmSync(join(folder, name), { force: true });
      }
      return found;
    },
  };
}
