// Signs whatever a test wants to send as a sandbox connection, right or wrong, and sends it as raw
// bytes.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type SigningKey, signRequest } from '../../../src/signatures/index.ts';

export interface Ask {
  readonly method: string;
  /** With its query; sent as it is. */
  readonly target: string;
  readonly body?: string | Uint8Array;
  readonly contentType?: string;
  /** Absent: a fresh one. `null`: none. */
  readonly idempotencyKey?: string | null;
  /** When it was signed, ms after now. */
  readonly signedAtMs?: number;
  readonly nonce?: string;
  readonly key?: SigningKey;
  /** Changes what was signed before it is sent. */
  readonly tamper?: (sent: { headers: Record<string, string>; body: Uint8Array | null }) => void;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly isSigned: boolean;
  readonly code: string | null;
  readonly words: string;
  readonly text: string;
}

const problemSchema = z.looseObject({
  code: z.string(),
  title: z.string(),
  suggestion: z.string().optional(),
});

export function createSigner(address: string, own: SigningKey) {
  return async (ask: Ask): Promise<Answered> => {
    const bytes = typeof ask.body === 'string' ? Buffer.from(ask.body, 'utf8') : (ask.body ?? null);
    const contentType = bytes === null ? undefined : (ask.contentType ?? 'application/json');
    const wanted = ask.idempotencyKey;
    const idempotencyKey =
      wanted === null ? undefined : (wanted ?? randomBytes(12).toString('hex'));
    const targetUri = address + ask.target;
    const headers = signRequest(
      { method: ask.method, targetUri, contentType, idempotencyKey, body: bytes },
      {
        key: ask.key ?? own,
        nowMs: Date.now() + (ask.signedAtMs ?? 0),
        nonce: ask.nonce ?? randomBytes(16).toString('hex'),
      },
    );
    const sent = { headers: { ...headers }, body: bytes };
    ask.tamper?.(sent);
    const answer = await fetch(targetUri, {
      method: ask.method,
      headers: sent.headers,
      ...(sent.body === null ? {} : { body: Buffer.from(sent.body) }),
      redirect: 'error',
    });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    const isProblem = type.startsWith('application/problem+json');
    const problem = isProblem ? problemSchema.safeParse(JSON.parse(text)) : null;
    return {
      status: answer.status,
      type,
      isSigned: answer.headers.has('signature'),
      code: problem?.data?.code ?? null,
      words: `${problem?.data?.title ?? ''} ${problem?.data?.suggestion ?? ''}`.trim(),
      text: text.slice(0, 300),
    };
  };
}
