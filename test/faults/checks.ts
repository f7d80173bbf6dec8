// What must hold after every blow: nothing open, every key at most one payment, what was
// acknowledged is there once, what a payer's wallet took was credited exactly once at the payee's,
// and the positions mirror the wallets' own books.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { WalletState } from '../../src/sandbox/wallet-control.ts';
import { repositoryRoot } from '../house/source-tree.ts';
import { readStored, type Stored } from './books.ts';
import type { Cluster } from './cluster.ts';
import type { Load } from './load.ts';

const KNOWN_WITHIN_MS = 30_000;
const launcher = join(repositoryRoot, 'bin/hutong.js');

const verifySchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ id: z.string(), ok: z.boolean() })),
});

type Control = ReturnType<Cluster['wallet']>;
interface Books {
  readonly states: readonly WalletState[];
  readonly outgoing: Awaited<ReturnType<Control['outgoing']>>;
  readonly legs: Awaited<ReturnType<Control['legs']>>;
}

async function read(cluster: Cluster): Promise<Books> {
  const controls = cluster.wallets().map(({ participant }) => cluster.wallet(participant));
  const [states, outgoing, legs] = await Promise.all([
    Promise.all(controls.map((control) => control.state())),
    Promise.all(controls.map((control) => control.outgoing())),
    Promise.all(controls.map((control) => control.legs())),
  ]);
  return { states, outgoing: outgoing.flat(), legs: legs.flat() };
}

/** Waits until nothing is open in any wallet, nor in PostgreSQL. */
async function settled(cluster: Cluster): Promise<{ books: Books; stored: Stored }> {
  for (const until = Date.now() + KNOWN_WITHIN_MS; ; ) {
    const books = await read(cluster);
    const stored = await readStored(cluster.databaseUrl);
    const isOpen =
      books.outgoing.some(({ state }) => state === 'open') ||
      books.legs.some(({ outcome }) => outcome === 'pending') ||
      stored.wrong.length > 0;
    if (!isOpen || Date.now() > until) return { books, stored };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function* wrongOutgoing({ outgoing, legs }: Books, load: Load): Generator<string> {
  const byKey = new Map(outgoing.map((held) => [held.key, held]));
  if (byKey.size !== outgoing.length) yield 'a key was held twice';
  for (const { key } of load.intents()) if (!byKey.has(key)) yield `${key} was never held`;
  const open = outgoing.filter(({ state }) => state === 'open');
  if (open.length > 0) yield `${open.length} payments are still open`;
  const credits = new Map<string, number>();
  for (const { paymentId, outcome, kind } of legs) {
    if (kind !== 'credit' || outcome !== 'completed') continue;
    credits.set(paymentId, (credits.get(paymentId) ?? 0) + 1);
  }
  const taken = outgoing.filter(({ state }) => state === 'taken');
  for (const { key, paymentId } of taken) {
    const times = credits.get(paymentId ?? '') ?? 0;
    if (times !== 1) yield `${key} was taken from the payer and credited ${times} times`;
  }
  const paid = new Set(taken.map(({ paymentId }) => paymentId));
  for (const paymentId of credits.keys()) {
    if (!paid.has(paymentId)) yield `${paymentId} was credited and not taken from anybody`;
  }
}

/** What callers were told, and what wallets took, against what PostgreSQL holds. */
function* wrongStored({ outgoing }: Books, stored: Stored, load: Load): Generator<string> {
  const byId = new Map(stored.payments.map((payment) => [payment.id, payment]));
  for (const [key, { paymentId, state }] of load.acknowledged()) {
    const payment = byId.get(paymentId);
    if (payment === undefined) yield `${key} was acknowledged as ${paymentId}, which is not stored`;
    else if (payment.state !== state) {
      yield `${key} was acknowledged as ${state}, and ${paymentId} is ${payment.state}`;
    }
  }
  const taken = new Map(outgoing.map((held) => [held.paymentId ?? '', held]));
  for (const { id, kind, state, debitMinor } of stored.payments) {
    if (kind !== 'payment' || state !== 'completed') continue;
    const held = taken.get(id);
    if (held?.state !== 'taken') yield `${id} is completed, and its payer's wallet took nothing`;
    else if (minorOf(held.amount) !== debitMinor) {
      yield `${id} debits ${debitMinor}, and its payer's wallet took ${held.amount}`;
    }
  }
  for (const { key, state, paymentId } of outgoing) {
    const isCompleted = byId.get(paymentId ?? '')?.state === 'completed';
    if (state === 'taken' && !isCompleted)
      yield `${key} was taken, and its payment did not complete`;
  }
}

/** Of CNY and EUR, which have two decimals. */
const minorOf = (amount: string) => BigInt(amount.replace('.', ''));

function* wrongBalances({ states }: Books, { positions }: Stored): Generator<string> {
  for (const { participant, totals } of states) {
    for (const { currency, isBalanced, inFlight, settlement } of totals) {
      const name = `${participant} ${currency}`;
      if (!isBalanced) yield `the book of ${name} does not balance`;
      if (minorOf(inFlight) !== 0n) yield `${name} has ${inFlight} in flight`;
      const position = positions.get(name) ?? 0n;
      if (position !== -minorOf(settlement)) {
        yield `${name} owes ${settlement}, and its position is ${position} minor units`;
      }
    }
  }
}

function verify({ dataFolder, databaseUrl }: Cluster): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    [launcher, 'verify', '--data', dataFolder, '--json'],
    { encoding: 'utf8', env: { ...process.env, DATABASE_URL: databaseUrl } },
  );
  const { checks } = verifySchema.parse(JSON.parse(stdout));
  return checks.filter(({ ok }) => !ok).map(({ id }) => `verify: ${id}`);
}

/** What is wrong, in words; nothing when all holds. */
export async function checkRound(cluster: Cluster, load: Load): Promise<string[]> {
  const { books, stored } = await settled(cluster);
  const found = [
    ...stored.wrong,
    ...wrongOutgoing(books, load),
    ...wrongStored(books, stored, load),
    ...wrongBalances(books, stored),
    ...verify(cluster),
  ];
  return found.slice(0, 10);
}
