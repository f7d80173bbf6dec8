// A shop's program as a process: a real client library of a platform behind its standard input, one
// JSON command and one JSON answer per line. The programs are in test/clients, with a lockfile of
// their own: an installed package does not have them.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SandboxShop } from './sandbox-file.ts';

const clients = fileURLToPath(new URL('../../test/clients/', import.meta.url));

const answerSchema = z.object({
  id: z.int(),
  ok: z.boolean(),
  result: z.unknown().optional(),
  error: z.string().optional(),
  code: z.string().nullish(),
});
type ShopAnswer = z.infer<typeof answerSchema>;

export class ShopRefused extends Error {
  override name = 'ShopRefused';
}

/** A notification that the client library has verified. */
const noticeSchema = z.object({
  kind: z.enum(['paid', 'refunded']),
  no: z.string(),
  refundNo: z.string().nullable(),
  id: z.string(),
});
const stateSchema = z.object({ state: z.enum(['open', 'paid', 'closed']), amount: z.string() });
const nothing = z.unknown();

/** Null where this is no checkout, or the clients were never installed. */
export function shopProgramOf(dialect: string): string | null {
  const program = `${clients}shops/${dialect}.shop.js`;
  return existsSync(program) && existsSync(`${clients}node_modules`) ? program : null;
}

export type ShopProgram = Awaited<ReturnType<typeof startShopProgram>>;

/** Its methods throw ShopRefused where the switch refuses, with the platform's own code. */
export async function startShopProgram(program: string, { credentials }: SandboxShop) {
  const child: ChildProcess = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a program without pipes');
  const waiting = new Map<number, (answer: ShopAnswer) => void>();
  let last = 0;
  createInterface({ input: stdout }).on('line', (line) => {
    const answer = answerSchema.parse(JSON.parse(line));
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.once('exit', () => {
    for (const [id, tell] of waiting) tell({ id, ok: false, result: null, error: 'it has ended' });
  });

  async function ask<T>(schema: z.ZodType<T>, op: string, wish: object = {}): Promise<T> {
    last += 1;
    const id = last;
    const answer = await new Promise<ShopAnswer>((resolve) => {
      waiting.set(id, resolve);
      stdin?.write(`${JSON.stringify({ id, op, ...wish })}\n`);
    });
    if (answer.ok) return schema.parse(answer.result);
    throw new ShopRefused(`${op}: ${answer.code ?? ''} ${answer.error ?? ''}`);
  }

  await ask(nothing, 'open', { credentials });
  return {
    /** The code that the shop shows. */
    order: async (no: string, amount: string, subject: string) =>
      (await ask(z.object({ code: z.string() }), 'order', { no, amount, subject })).code,
    query: (no: string) => ask(stateSchema, 'query', { no }),
    close: (no: string) => ask(nothing, 'close', { no }),
    refund: (no: string, refundNo: string, amount: string) =>
      ask(nothing, 'refund', { no, refundNo, amount }),
    isRefunded: async (no: string, refundNo: string) =>
      (await ask(z.object({ isDone: z.boolean() }), 'refundState', { no, refundNo })).isDone,
    notices: () =>
      ask(z.array(z.union([noticeSchema, z.object({ refused: z.string() })])), 'notices'),
    /** So many notifications are not taken. */
    deaf: (times: number) => ask(nothing, 'deaf', { times }),
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}
