// A shop's program behind its standard input: one JSON command per line, one JSON answer per line.
// Every shop understands the same words; how it speaks to the switch is its client library's
// affair.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

/**
 * `open(credentials, notifyUrl)` → `{ order, query, close, refund, refundState, take }`; `take`
 * reads a notification by the client library and says what to answer, or throws.
 */
export async function runShop(open) {
  const notices = [];
  /** So many notifications are not taken. */
  let deaf = 0;
  let shop;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString('utf8');
      try {
        const { notice, answer } = await shop.take(request.headers, body);
        if (deaf > 0) {
          deaf -= 1;
          response.writeHead(500).end('fail');
          return;
        }
        notices.push(notice);
        response.writeHead(answer.status, { 'content-type': 'text/plain' }).end(answer.body);
      } catch (error) {
        notices.push({ refused: String(error) });
        response.writeHead(401).end('fail');
      }
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const notifyUrl = `http://127.0.0.1:${server.address().port}/notify`;
  process.once('disconnect', () => process.exit(0));
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, op, ...wish } = JSON.parse(line);
    const say = (answer) => process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
    try {
      if (op === 'open') {
        shop = await open(wish.credentials, notifyUrl);
        say({ ok: true, result: { notifyUrl } });
      } else if (op === 'deaf') {
        deaf = wish.times;
        say({ ok: true, result: null });
      } else if (op === 'notices') say({ ok: true, result: notices });
      else if (op in shop) say({ ok: true, result: (await shop[op](wish)) ?? null });
      else say({ ok: false, error: `no such command: ${op}` });
    } catch (error) {
      say({ ok: false, error: error?.message ?? String(error), code: error?.code ?? null });
    }
  }
  process.exit(0);
}
