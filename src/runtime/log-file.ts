// The log as a file that never fills a disk: appended to line by line, and put aside when it is
// large enough. Not for evidence, and not for many processes at once: a standby has its own folder.
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DestinationStream } from 'pino';

/** `switch.log.1` to `.4`, the newest first. */
export const LOG_FILES_KEPT = 4;

export const logFileOf = (dataFolder: string) => join(dataFolder, 'logs', 'switch.log');

export interface LogFile extends DestinationStream {
  close(): void;
}

/** Mode 0600. Written at once, so that what was logged before a crash is there after it. */
export function openLogFile(path: string, bytesMax: number): LogFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let handle = openSync(path, 'a', 0o600);
  let size = fstatSync(handle).size;
  let isClosed = false;

  function putAside(): void {
    closeSync(handle);
    rmSync(`${path}.${LOG_FILES_KEPT}`, { force: true });
    for (let n = LOG_FILES_KEPT - 1; n >= 0; n -= 1) {
      const from = n === 0 ? path : `${path}.${n}`;
      try {
        renameSync(from, `${path}.${n + 1}`);
      } catch (error) {
        const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (!isAbsent) throw error;
      }
    }
    handle = openSync(path, 'a', 0o600);
    size = 0;
  }

  return {
    write(line) {
      if (isClosed) return;
      const bytes = Buffer.byteLength(line);
      if (size > 0 && size + bytes > bytesMax) putAside();
      writeSync(handle, line);
      size += bytes;
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      closeSync(handle);
    },
  };
}

/** stderr, unbuffered. */
export const stderrStream: DestinationStream = {
  write: (line) => {
    try {
      writeSync(2, line);
    } catch (error) {
      // who reads it is slow or gone: a log line stops no payment
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (code !== 'EAGAIN' && code !== 'EPIPE') throw error;
    }
  },
};

/** Every line to each of them. */
export function manyStreams(streams: readonly DestinationStream[]): DestinationStream {
  return {
    write(line) {
      for (const stream of streams) stream.write(line);
    },
  };
}
