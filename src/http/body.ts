// Reads a request's body as the bytes that were sent, up to a cap. Nothing is parsed or decoded.
import type { IncomingMessage } from 'node:http';

const EMPTY = new Uint8Array(0);

export type ReadBody =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: 'too_large' | 'aborted' };

/** A body of one chunk, as nearly all are, is given without a copy. */
export function readBody(incoming: IncomingMessage, bytesMax: number): Promise<ReadBody> {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > bytesMax) return Promise.resolve({ ok: false, why: 'too_large' });
  if (declared === 0 && incoming.headers['transfer-encoding'] === undefined) {
    return Promise.resolve({ ok: true, bytes: EMPTY });
  }
  return new Promise((resolve) => {
    let first: Buffer | null = null;
    let rest: Buffer[] | null = null;
    let length = 0;
    const end = (answer: ReadBody) => {
      incoming.removeAllListeners('data');
      resolve(answer);
    };
    incoming.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > bytesMax) {
        incoming.pause();
        end({ ok: false, why: 'too_large' });
      } else if (first === null) first = chunk;
      else (rest ??= [first]).push(chunk);
    });
    incoming.once('end', () => {
      end({ ok: true, bytes: rest === null ? (first ?? EMPTY) : Buffer.concat(rest) });
    });
    incoming.once('error', () => end({ ok: false, why: 'aborted' }));
    incoming.once('close', () => end({ ok: false, why: 'aborted' }));
  });
}
