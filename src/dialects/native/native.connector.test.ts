// The way out against a wallet that answers anything at all: only a signed answer that says
// completed or rejected is one; whatever else comes back, or does not, is unknown.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCurrencies } from '../../money/index.ts';
import type { ConnectionSettings, StoredInstruction } from '../../payments/port.ts';
import { createCryptoRandom, createIds, systemClock } from '../../runtime/index.ts';
import {
  createReplayCache,
  generateSigningKey,
  type SigningKey,
  signingKey,
  signResponse,
} from '../../signatures/index.ts';
import { createAddressGuard, createHttpClient } from '../../wire/index.ts';
import { createNativeConnector } from './native.connector.ts';

const own = signingKey(generateSigningKey().privateJwk);
const wallet = signingKey(generateSigningKey().privateJwk);
const stranger = signingKey(generateSigningKey().privateJwk);
const ids = createIds({ clock: systemClock, random: createCryptoRandom() });
const http = createHttpClient({ guard: createAddressGuard({ allowLoopback: true }) });
let standing: 'live' | 'revoked' = 'live';

const keyOf = ({ keyId, publicJwk }: SigningKey, participantId: string) => ({
  keyId,
  jwk: JSON.stringify(publicJwk),
  participantId,
  connectionId: `${participantId}-native`,
  dialect: 'native',
});
const keys = [keyOf(wallet, 'lotus'), keyOf(stranger, 'panda')];

const connector = createNativeConnector({
  clock: systemClock,
  ids,
  participants: {
    key(keyId) {
      const key = keys.find((each) => each.keyId === keyId);
      return key === undefined ? undefined : { ...key, standing };
    },
    connection: () => undefined,
    named: () => undefined,
    usable: () => [],
    positions: () => Promise.reject(new Error('nobody asks')),
  },
  publicUrl: 'http://127.0.0.1',
  replays: createReplayCache(systemClock),
  signingKey: own,
  currencies: createCurrencies([]),
  http,
});

type Script = (request: IncomingMessage, response: ServerResponse) => void;
let script: Script = () => {};
let server: Server;
let connection: ConnectionSettings;
const paymentId = '0198a000-0000-7000-8000-000000000001';
const stored: StoredInstruction = {
  kind: 'credit',
  legId: `${paymentId.replaceAll('-', '')}`,
  paymentId,
  record: null,
  bytes: Buffer.from('{"amount":{"amount":"1.00","currency":"CNY"}}'),
};

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => script(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has a port');
  connection = {
    id: 'lotus-native',
    participantId: 'lotus',
    dialect: 'native',
    endpoint: `http://127.0.0.1:${address.port}`,
    settings: { timeoutMs: 150 },
    secrets: null,
  };
});
afterAll(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});

interface Said {
  readonly status?: number;
  readonly body?: string;
  readonly signer?: SigningKey | null;
  /** Changed after it was signed. */
  readonly tamper?: (body: string) => string;
  /** The signature of which request it answers. */
  readonly answersOther?: boolean;
}

function say({ status = 200, body = '', signer = wallet, tamper, answersOther }: Said): Script {
  return (request, response) => {
    const bytes = Buffer.from(body);
    const item = /=(:[^:]+:)$/.exec(String(request.headers['signature']))?.[1] ?? '';
    const headers =
      signer === null
        ? { 'content-type': 'application/json' }
        : signResponse(
            {
              status,
              contentType: 'application/json',
              body: bytes,
              requestSignature: answersOther === true ? ':AAAA:' : item,
            },
            { key: signer, nowMs: Date.now(), nonce: ids.compact() },
          );
    response.writeHead(status, headers).end(tamper === undefined ? bytes : tamper(body));
  };
}

const completed = JSON.stringify({ outcome: 'completed', externalId: 'w-1' });
const rejected = JSON.stringify({ outcome: 'rejected', problem: { code: 'payee_not_found' } });

test.each<[string, Said, string]>([
  ['completed', { body: completed }, 'completed'],
  ['rejected', { body: rejected }, 'rejected'],
  ['pending', { status: 202, body: JSON.stringify({ outcome: 'pending' }) }, 'pending'],
  ['rejected with status 400', { status: 400, body: rejected }, 'pending'],
  ['completed with status 500', { status: 500, body: completed }, 'pending'],
  ['completed, unsigned', { body: completed, signer: null }, 'pending'],
  ['rejected, unsigned', { body: rejected, signer: null }, 'pending'],
  [
    "completed, signed with another participant's key",
    { body: completed, signer: stranger },
    'pending',
  ],
  ['rejected, changed on the way', { body: completed, tamper: () => rejected }, 'pending'],
  ['completed, signed for another call', { body: completed, answersOther: true }, 'pending'],
  ['an outcome nobody knows', { body: JSON.stringify({ outcome: 'perhaps' }) }, 'pending'],
  ['not_sent, which is not the wallet’s to say', { body: '{"outcome":"not_sent"}' }, 'pending'],
  [
    'completed twice in one object',
    { body: '{"outcome":"completed","outcome":"rejected"}' },
    'pending',
  ],
  ['nothing', { body: '' }, 'pending'],
])('a wallet that says %s', async (_what, said, outcome) => {
  script = say(said);
  const report = await connector.execute(connection, stored);
  expect(report.outcome).toBe(outcome);
});

test('the answer of a wallet whose key was revoked says nothing', async () => {
  script = say({ body: completed });
  standing = 'revoked';
  try {
    expect((await connector.execute(connection, stored)).outcome).toBe('pending');
  } finally {
    standing = 'live';
  }
});

test('no answer in time is unknown, never a refusal', async () => {
  script = () => {};
  expect((await connector.execute(connection, stored)).outcome).toBe('pending');
});

test('a connection that breaks in the middle is unknown', async () => {
  script = (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"outcome":');
    response.destroy();
  };
  expect((await connector.execute(connection, stored)).outcome).toBe('pending');
});

test('a wallet nobody reaches is unknown: an earlier send may have reached it', async () => {
  const nowhere = { ...connection, endpoint: 'http://127.0.0.1:1' };
  expect((await connector.execute(nowhere, stored)).outcome).toBe('pending');
});

test('a wallet that does not know the instruction is sent the same bytes again', async () => {
  const seen: string[] = [];
  script = (request, response) => {
    seen.push(String(request.method));
    const isInquiry = request.method === 'GET';
    say(isInquiry ? { status: 404, body: '{}' } : { body: completed })(request, response);
  };
  expect((await connector.inquire(connection, stored)).outcome).toBe('completed');
  expect(seen).toHaveLength(2);
});
