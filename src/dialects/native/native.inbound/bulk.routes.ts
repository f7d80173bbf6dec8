// Many payments in one signed call. Lines are read and decided together; each result leaves when
// its own payment is durable, and the last line signs them all.
import {
  BULK_ITEMS_MAX,
  type BulkEndJson,
  type BulkItem,
  type BulkResultJson,
  bulkItemSchema,
  NDJSON_MEDIA_TYPE,
  switchRoutes as routes,
} from '@hutong/sdk/contract';
import { isEnded } from '../../../payments/payment.ts';
import type { Outcome, PaymentView } from '../../../payments/port.ts';
import {
  definitionOf,
  ok,
  type Problem,
  type Result,
  refuse,
  textOf,
} from '../../../problems/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { InboundRoute } from '../../inbound.ts';
import type { SignedAuth } from '../../signed-auth.ts';
import { type Asked, type Call, readMessage } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import type { On } from './bound.ts';
import { payCommand } from './commands.ts';

/** 10,000 lines of 800 bytes. */
const BODY_BYTES_MAX = 8_388_608;
/** Results that are ready leave together, at the latest after so many. */
const RESULTS_AT_ONCE = 500;
const LINE_FEED = 0x0a;

/** The lines of a body, without the empty one after the last line feed. */
export function linesOf(body: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let from = 0;
  while (from < body.length) {
    const at = body.indexOf(LINE_FEED, from);
    const to = at < 0 ? body.length : at;
    lines.push(body.subarray(from, to));
    from = to + 1;
  }
  return lines;
}

function readLine(line: Uint8Array): Result<BulkItem> {
  const parsed = parseJson(line);
  if (!parsed.ok) return refuse(parsed.code);
  return readMessage(bulkItemSchema, parsed.value);
}

const reasonOf = ({ code }: Problem) => ({
  code,
  title: textOf(code, 'en').title,
  retry: definitionOf(code).retry,
});

function resultOf(line: number, key: string | null, outcome: Outcome<PaymentView>): BulkResultJson {
  const named = key === null ? { line } : { line, key };
  if (!outcome.ok) return { ...named, problem: reasonOf(outcome.problem) };
  const { payment, state } = outcome.value;
  const made = { ...named, paymentId: payment.id, state };
  const replay = outcome.replayed ? { replayed: true } : {};
  if (payment.problem === null || !isEnded(state)) return { ...made, ...replay };
  const { problem: code } = payment;
  const problem = { code, title: textOf(code, 'en').title, retry: definitionOf(code).retry };
  return { ...made, ...replay, problem };
}

/** What was made of the lines so far: the end tells, and signs, all of it. */
interface Tally {
  accepted: number;
  refused: number;
  replayed: number;
  readonly written: string[];
}

function count(tally: Tally, result: BulkResultJson): void {
  if (result.problem !== undefined) tally.refused += 1;
  else if (result.replayed === true) tally.replayed += 1;
  else tally.accepted += 1;
}

/** Results in the order in which they are ready. */
async function* ready(work: readonly Promise<BulkResultJson>[]): AsyncGenerator<BulkResultJson[]> {
  let done: BulkResultJson[] = [];
  let wake = Promise.withResolvers<void>();
  for (const each of work) {
    void each.then((result) => {
      done.push(result);
      if (done.length === 1 || done.length >= RESULTS_AT_ONCE) wake.resolve();
    });
  }
  for (let left = work.length; left > 0; ) {
    await wake.promise;
    // those of the same commit are told in the same turn
    await new Promise((resolve) => setImmediate(resolve));
    const batch = done;
    done = [];
    wake = Promise.withResolvers<void>();
    left -= batch.length;
    if (batch.length > 0) yield batch;
  }
}

export function bulkRoutes(deps: NativeDeps, auth: SignedAuth, on: On): InboundRoute[] {
  const { payments, currencies } = deps;

  async function one(bytes: Uint8Array, n: number, asked: Asked): Promise<BulkResultJson> {
    const item = readLine(bytes);
    if (!item.ok) return resultOf(n, null, { ok: false, problem: item.problem });
    const { key, ...body } = item.value;
    const command = payCommand(currencies, body, { ...asked, idempotencyKey: key });
    if (!command.ok) return resultOf(n, key, command);
    return resultOf(n, key, await payments.pay(command.value));
  }

  async function* answer(
    bulkId: string,
    lines: readonly Uint8Array[],
    { asked, signatureItem }: Call<typeof routes.createBulk>,
  ): AsyncGenerator<string> {
    const tally: Tally = { accepted: 0, refused: 0, replayed: 0, written: [] };
    const work = lines.map((bytes, i) => {
      const head = Buffer.from(`bulk ${bulkId} line ${i + 1}\n`, 'utf8');
      const evidence = Buffer.concat([head, bytes]);
      return one(bytes, i + 1, { ...asked, evidence, waitMs: 0 });
    });
    for await (const results of ready(work)) {
      let text = '';
      for (const result of results) {
        count(tally, result);
        text += `${JSON.stringify(result)}\n`;
      }
      tally.written.push(text);
      yield text;
    }
    const { accepted, refused, replayed, written } = tally;
    const signed = auth.signAnswer(
      { status: 200, contentType: NDJSON_MEDIA_TYPE },
      Buffer.from(written.join(''), 'utf8'),
      signatureItem,
    );
    const end: BulkEndJson = {
      bulkId,
      accepted,
      refused,
      replayed,
      contentDigest: signed['content-digest'] ?? '',
      signatureInput: signed['signature-input'] ?? '',
      signature: signed['signature'] ?? '',
    };
    yield `${JSON.stringify(end)}\n`;
  }

  const route = on(routes.createBulk, async (call) => {
    const lines = linesOf(call.request.body);
    if (lines.length === 0 || lines.length > BULK_ITEMS_MAX) {
      const detail = `1 to ${BULK_ITEMS_MAX} lines, each a payment`;
      return refuse('request_invalid', { errors: [{ pointer: '', detail }] });
    }
    const content = JSON.stringify(['bulk', call.request.headers['content-digest']]);
    const { waitMs: _waitMs, ...idempotent } = call.asked;
    const received = await payments.receiveBulk({ ...idempotent, content, items: lines.length });
    if (!received.ok) return received;
    return ok({
      status: 200,
      stream: answer(received.value.id, lines, call),
      contentType: NDJSON_MEDIA_TYPE,
    });
  });
  return [{ ...route, bodyBytesMax: BODY_BYTES_MAX }];
}
