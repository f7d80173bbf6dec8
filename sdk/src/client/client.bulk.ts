// Many payments in one signed call: sends newline-delimited JSON, reads a result per line as they
// come, and verifies at the end that the switch has signed them all.
import {
  type BulkEndJson,
  type BulkItem,
  type BulkResultJson,
  bulkEndSchema,
  bulkResultSchema,
  switchRoutes as routes,
} from '../contract/index.ts';
import { OutcomeUnknown } from './client.errors.ts';
import type { Transport } from './client.transport.ts';

/** Lines of UTF-8 text, each without its line feed. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export interface BulkOptions {
  /** Of the whole call; each item has its own as well. */
  readonly idempotencyKey: string;
  readonly signal?: AbortSignal;
}

export async function* readBulk(
  transport: Transport,
  items: readonly BulkItem[],
  { idempotencyKey, signal }: BulkOptions,
): AsyncGenerator<BulkResultJson, BulkEndJson> {
  const asked = { lines: items, idempotencyKey };
  const opened = await transport.open(routes.createBulk, asked, signal);
  const told: string[] = [];
  for await (const line of linesOf(opened.body)) {
    const json: unknown = JSON.parse(line);
    const end = bulkEndSchema.safeParse(json);
    if (end.success) {
      const bytes = new TextEncoder().encode(told.map((text) => `${text}\n`).join(''));
      if (await opened.isSigned(bytes, end.data)) return end.data;
      break;
    }
    told.push(line);
    yield bulkResultSchema.parse(json);
  }
  // what was told before is true only if the switch has signed it: ask again under the same keys
  throw new OutcomeUnknown('the results are not signed by the switch', idempotencyKey, null);
}
