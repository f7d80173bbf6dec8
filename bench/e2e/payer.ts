// The payers' side of the load: signed calls, answers verified, latencies kept.
import { randomUUID } from 'node:crypto';
import { SIGNATURE_LABEL } from '@hutong/sdk/signing';
import { Pool } from 'undici';
import {
  type SigningKey,
  signRequest,
  type VerifyingKey,
  verifyResponse,
} from '../../src/signatures/index.ts';

export interface Payer {
  call(path: string, body: object): Promise<{ status: number; json: Record<string, unknown> }>;
  /** Answers whose signature was verified. */
  verified(): number;
  close(): Promise<void>;
}

export function createPayer(origin: string, key: SigningKey, switchKey: VerifyingKey): Payer {
  const pool = new Pool(origin, { connections: 64 });
  const prefix = `${SIGNATURE_LABEL}=`;
  let verified = 0;
  return {
    verified: () => verified,
    close: () => pool.destroy(),
    async call(path, content) {
      const body = Buffer.from(JSON.stringify(content));
      const headers = signRequest(
        {
          method: 'POST',
          targetUri: origin + path,
          contentType: 'application/json',
          idempotencyKey: randomUUID(),
          body,
        },
        { key, nowMs: Date.now(), nonce: randomUUID() },
      );
      const answer = await pool.request({ method: 'POST', path, headers, body });
      const bytes = Buffer.from(await answer.body.arrayBuffer());
      const request = headers['signature'] ?? '';
      const check = verifyResponse(
        { status: answer.statusCode, headers: answer.headers, body: bytes },
        request.slice(prefix.length),
        () => switchKey,
        Date.now(),
      );
      if (!check.ok) {
        throw new Error(
          `answer ${answer.statusCode} not signed: ${check.problem} ${bytes.toString()}`,
        );
      }
      verified += 1;
      const json: unknown = JSON.parse(bytes.toString());
      return { status: answer.statusCode, json: json as Record<string, unknown> };
    },
  };
}
