// Which keys a participant may sign with.
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { parsePublicKey } from './public-key.ts';

test('a thumbprint is that of RFC 7638, whatever else the JWK says', () => {
  // RFC 7638 section 3.1
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
  const parsed = parsePublicKey({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' });
  expect(parsed.ok && parsed.value.keyId).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs');
  expect(parsed.ok && parsed.value.jwk).toBe(JSON.stringify({ e: 'AQAB', kty: 'RSA', n }));
});

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = ec.publicKey.export({ format: 'jwk' });
const edwards = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;

test.each([
  ['P-256', publicJwk, true],
  ['Ed25519', edwards, true],
  ['a private key', ec.privateKey.export({ format: 'jwk' }), false],
  ['RSA of 1024 bits', small.export({ format: 'jwk' }), false],
  ['a point off the curve', { ...publicJwk, y: publicJwk.x }, false],
  ['a curve nobody asked for', { ...publicJwk, crv: 'P-384' }, false],
  ['a shared secret', { kty: 'oct', k: 'AAAA' }, false],
  ['padding', { ...edwards, x: 'AAAA=' }, false],
  ['nothing', null, false],
])('%s as a key', (_, jwk, taken) => {
  expect(parsePublicKey(jwk).ok).toBe(taken);
});
