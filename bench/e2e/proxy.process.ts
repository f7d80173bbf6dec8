// The bare proxy that the switch is measured against: verifies the payer's P-256 signature,
// forwards with a signature of its own, verifies nothing of the answer, signs the answer, stores
// nothing.

import { createServer } from 'node:http';
import { Pool } from 'undici';
import { z } from 'zod';
import {
  signingKey,
  signRequest,
  signResponse,
  verifyingKey,
  verifyRequest,
} from '../../src/signatures/index.ts';
import type { ProxySetup } from './setup.ts';

// its parent's own argument
const setup = z.custom<ProxySetup>().parse(JSON.parse(process.argv[2] ?? '{}'));
const key = signingKey(setup.privateJwk);
const payer = verifyingKey(setup.payerJwk);
const pool = new Pool(setup.payee, { connections: 64 });
let n = 0;

/** The switch's three calls lead to these of the wallet. */
const TARGETS: Record<string, string> = {
  '/v1/payments': '/credits',
  '/v1/lookups': '/parties',
  '/v1/quotes': '/quotes',
};

const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    forward(incoming.url ?? '', incoming.headers, Buffer.concat(chunks)).then(
      ({ status, headers, body }) => {
        outgoing.writeHead(status, headers);
        outgoing.end(body);
      },
      () => outgoing.destroy(),
    );
  });
});

async function forward(url: string, headers: NodeJS.Dict<string | string[]>, body: Buffer) {
  n += 1;
  const targetUri = `http://${String(headers['host'])}${url}`;
  const verified = verifyRequest(
    { method: 'POST', targetUri, headers, body },
    () => payer,
    Date.now(),
  );
  if (!verified.ok) return { status: 401, headers: {}, body: Buffer.from(verified.problem) };
  JSON.parse(body.toString());
  const path = TARGETS[url] ?? '/';
  const signed = signRequest(
    { method: 'POST', targetUri: setup.payee + path, contentType: 'application/json', body },
    { key, nowMs: Date.now(), nonce: `f${n}` },
  );
  const answer = await pool.request({ method: 'POST', path, headers: signed, body });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  JSON.parse(bytes.toString());
  const back = signResponse(
    {
      status: 201,
      contentType: 'application/json',
      body: bytes,
      requestSignature: verified.signatureItem,
    },
    { key, nowMs: Date.now(), nonce: `b${n}` },
  );
  return { status: 201, headers: { ...back, 'content-length': bytes.length }, body: bytes };
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
