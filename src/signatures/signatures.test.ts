// Signatures of requests (RFC 9421): another's implementation agrees, and whatever is changed on
// the way is noticed.
import { createPrivateKey, sign } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  generateSigningKey,
  signingKey,
  signRequest,
  verifyingKey,
  verifyRequest,
} from './index.ts';

const NOW_MS = 1_790_000_000_000;
const generated = generateSigningKey();
const key = signingKey(generated.privateJwk);
const known = verifyingKey(key.publicJwk);
const keyOf = (keyId: string) => (keyId === key.keyId ? known : undefined);

const body = Buffer.from('{"amount":"12.50"}');
const request = {
  method: 'POST',
  targetUri: 'http://127.0.0.1:8080/v1/payments',
  contentType: 'application/json',
  idempotencyKey: 'k-1',
  body,
};

function signed() {
  const headers: Record<string, string | undefined> = {
    ...signRequest(request, { key, nowMs: NOW_MS, nonce: 'nonce-1' }),
  };
  return { ...request, headers };
}

test('a request is what its sender signed', () => {
  const verified = verifyRequest(signed(), keyOf, NOW_MS);
  expect(verified).toMatchObject({ ok: true, keyId: key.keyId, nonce: 'nonce-1' });
});

test.each([
  ['the body', { body: Buffer.from('{"amount":"99.50"}') }, {}, 'digest_mismatch'],
  ['the method', { method: 'DELETE' }, {}, 'signature_invalid'],
  ['the address', { targetUri: 'http://127.0.0.1:8080/v1/orders' }, {}, 'signature_invalid'],
  ['the idempotency key', {}, { 'idempotency-key': 'k-2' }, 'signature_invalid'],
  ['the digest', {}, { 'content-digest': undefined }, 'signature_component_missing'],
  ['the signature', {}, { signature: undefined }, 'signature_missing'],
])('a change of %s is noticed', (_, part, headers, problem) => {
  const original = signed();
  const changed = { ...original, ...part, headers: { ...original.headers, ...headers } };
  expect(verifyRequest(changed, keyOf, NOW_MS)).toMatchObject({ ok: false, problem });
});

test.each([
  ['long ago', 3_600_000, 'signature_expired'],
  ['in the future', -3_600_000, 'signature_from_future'],
])('what was signed %s is refused', (_, laterMs, problem) => {
  expect(verifyRequest(signed(), keyOf, NOW_MS + laterMs)).toMatchObject({ ok: false, problem });
});

test('the key must be known', () => {
  const verified = verifyRequest(signed(), () => undefined, NOW_MS);
  expect(verified).toMatchObject({ ok: false, problem: 'key_unknown' });
});

test('every flipped bit of the signature is noticed', () => {
  const original = signed();
  const [, base64 = ''] = /=:([^:]+):/.exec(original.headers['signature'] ?? '') ?? [];
  for (let bit = 0; bit < 512; bit += 1) {
    const bytes = Buffer.from(base64, 'base64');
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    const signature = `hutong=:${bytes.toString('base64')}:`;
    const headers = { ...original.headers, signature };
    expect(verifyRequest({ ...original, headers }, keyOf, NOW_MS).ok).toBe(false);
  }
});

const ALL = ['@method', '@target-uri', 'content-digest', 'content-type', 'idempotency-key'];

/** The same request, signed by another's implementation over the given components. */
async function signedByAnother(fields: string[]) {
  const own = signed();
  const jwk = z.record(z.string(), z.string()).parse(JSON.parse(generated.privateJwk));
  const dsaEncoding = 'ieee-p1363';
  const privateKey = { key: createPrivateKey({ key: jwk, format: 'jwk' }), dsaEncoding } as const;
  const { 'signature-input': _input, signature: _signature, ...plain } = own.headers;
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries<string | undefined>({
    ...plain,
    'content-type': request.contentType,
    'idempotency-key': request.idempotencyKey,
  }))
    texts[name] = value ?? '';
  const paramValues = {
    created: new Date(NOW_MS),
    expires: new Date(NOW_MS + 60_000),
    nonce: 'nonce-2',
    tag: 'hutong',
  };
  const message = await httpbis.signMessage(
    {
      key: { id: key.keyId, sign: (data) => Promise.resolve(sign('sha256', data, privateKey)) },
      name: 'hutong',
      fields,
      params: ['created', 'expires', 'nonce', 'keyid', 'tag'],
      paramValues,
    },
    { method: own.method, url: own.targetUri, headers: texts },
  );
  const received: Record<string, string> = {};
  for (const [name, value] of Object.entries<string | string[]>(message.headers)) {
    received[name.toLowerCase()] = String(value);
  }
  return { ...own, headers: received };
}

test("another's implementation signs what this one accepts", async () => {
  const theirs = await signedByAnother(ALL);
  expect(verifyRequest(theirs, keyOf, NOW_MS)).toMatchObject({ ok: true, nonce: 'nonce-2' });
});

test.each(ALL)('a good signature that does not cover %s is refused', async (left) => {
  const theirs = await signedByAnother(ALL.filter((field) => field !== left));
  const problem = 'signature_component_missing';
  expect(verifyRequest(theirs, keyOf, NOW_MS)).toMatchObject({ ok: false, problem });
});
