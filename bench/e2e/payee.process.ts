// A wallet that says yes to everything: verifies nothing, signs every answer, keeps nothing. It
// stands for the participants' own time, which is not the switch's.
import { createServer } from 'node:http';
import { SIGNATURE_LABEL } from '@hutong/sdk/signing';
import { signingKey, signResponse } from '../../src/signatures/index.ts';

const key = signingKey(process.argv[2] ?? '');
const prefix = `${SIGNATURE_LABEL}=`;
let n = 0;

function answerTo(path: string): object {
  if (path.endsWith('/parties')) return { payable: true, name: 'Li Na', currencies: ['CNY'] };
  if (path.endsWith('/quotes')) return { payable: true, fee: { amount: '0.00', currency: 'CNY' } };
  return { outcome: 'completed', externalId: `x-${process.pid}-${n}` };
}

const server = createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    n += 1;
    const body = Buffer.from(JSON.stringify(answerTo(incoming.url ?? '')));
    const signature = String(incoming.headers['signature'] ?? '');
    const headers = signResponse(
      {
        status: 200,
        contentType: 'application/json',
        body,
        requestSignature: signature.slice(prefix.length),
      },
      { key, nowMs: Date.now(), nonce: `p${process.pid}-${n}` },
    );
    outgoing.writeHead(200, { ...headers, 'content-length': body.length });
    outgoing.end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
