// A wallet in one file: balances and legs in a JSON file, served to the switch by the SDK, and its
// own users pay through the SDK's client. What a real wallet does with a database, this does with a
// file that is written before anything is answered.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createHutongClient } from '@hutong/sdk';
import { createWalletHandler } from '@hutong/sdk/wallet';

const [configFile = 'wallet.json'] = process.argv.slice(2);
const config = JSON.parse(readFileSync(configFile, 'utf8'));
const { switchUrl, switchKeys, privateKey, port, booksFile } = config;

/** fen by account, and what became of each leg */
const books = existsSync(booksFile)
  ? JSON.parse(readFileSync(booksFile, 'utf8'))
  : { balances: config.balances, legs: {} };
function save() {
  writeFileSync(`${booksFile}.new`, JSON.stringify(books));
  renameSync(`${booksFile}.new`, booksFile);
}

const fen = ({ amount }) => Math.round(Number(amount) * 100); // a real wallet counts with bigint

/** Moves money once per leg, and remembers what it answered. */
function once(legId, account, change) {
  const known = books.legs[legId];
  if (known !== undefined) return known;
  const isHere = account in books.balances;
  const problem = { code: 'payee_not_payable' };
  const outcome = isHere
    ? { outcome: 'completed', externalId: legId }
    : { outcome: 'rejected', problem };
  if (isHere) books.balances[account] += change;
  books.legs[legId] = outcome;
  save();
  return outcome;
}

const handler = await createWalletHandler(
  { endpoint: `http://127.0.0.1:${port}`, privateKey, switchKeys },
  {
    async party({ account }) {
      return { payable: account in books.balances, currencies: ['CNY'] };
    },
    async credit({ legId, account, amount }) {
      return once(legId, account, fen(amount));
    },
    async refund({ legId, account, amount }) {
      return once(legId, account, fen(amount));
    },
    async inquire(legId) {
      return books.legs[legId] ?? null;
    },
  },
);

const client = await createHutongClient({ baseUrl: switchUrl, privateKey, switchKeys });

/** The wallet's own users: their money is taken first, and given back if the payment fails. */
async function pay({ account, alias, amount, key = randomUUID() }) {
  books.balances[account] -= fen(amount);
  save();
  const wish = { payer: { account }, payee: { alias }, amount };
  const payment = await client.pay(wish, { idempotencyKey: key, waitS: 10 });
  if (payment.state === 'rejected') books.balances[account] += fen(amount);
  save();
  return { id: payment.id, state: payment.state };
}

createServer(async (incoming, outgoing) => {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (incoming.url === '/own/pay') {
    const paid = await pay(JSON.parse(body.toString()));
    return outgoing.end(JSON.stringify(paid));
  }
  if (incoming.url === '/own/balances') return outgoing.end(JSON.stringify(books.balances));
  const { method = 'GET', url = '/', headers } = incoming;
  const request = new Request(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
    ...(method === 'GET' ? {} : { body }),
  });
  const response = await handler(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(Buffer.from(await response.arrayBuffer()));
}).listen(port, '127.0.0.1', () => console.log(`wallet at http://127.0.0.1:${port}`));
