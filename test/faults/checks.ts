// What must hold after every kill: nothing open, every key at most one payment, what a payer's
// wallet took was credited exactly once at the payee's, and the switch's positions mirror the
// wallets' books.
import { z } from 'zod';
import type { WalletState } from '../../src/sandbox/wallet-control.ts';
import type { Intent } from './load.ts';
import type { SwitchUnderTest } from './switch.ts';

const KNOWN_WITHIN_MS = 30_000;

const verifySchema = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ id: z.string(), ok: z.boolean() })),
});
const statusSchema = z.object({
  openPayments: z.array(z.object({ state: z.string(), count: z.number() })),
  positions: z.array(
    z.object({ participant: z.string(), currency: z.string(), balance: z.string() }),
  ),
});

interface Books {
  readonly states: readonly WalletState[];
  readonly outgoing: Awaited<ReturnType<ReturnType<SwitchUnderTest['wallet']>['outgoing']>>;
  readonly legs: Awaited<ReturnType<ReturnType<SwitchUnderTest['wallet']>['legs']>>;
}

async function read(hutong: SwitchUnderTest): Promise<Books> {
  const controls = hutong.wallets().map(({ participant }) => hutong.wallet(participant));
  const [states, outgoing, legs] = await Promise.all([
    Promise.all(controls.map((control) => control.state())),
    Promise.all(controls.map((control) => control.outgoing())),
    Promise.all(controls.map((control) => control.legs())),
  ]);
  return { states, outgoing: outgoing.flat(), legs: legs.flat() };
}

/** Waits until nothing is open in any wallet. */
async function settled(hutong: SwitchUnderTest): Promise<Books> {
  for (const until = Date.now() + KNOWN_WITHIN_MS; ; ) {
    const books = await read(hutong);
    const isOpen =
      books.outgoing.some(({ state }) => state === 'open') ||
      books.legs.some(({ outcome }) => outcome === 'pending');
    if (!isOpen || Date.now() > until) return books;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function* wrongOutgoing({ outgoing, legs }: Books, intents: readonly Intent[]): Generator<string> {
  const byKey = new Map(outgoing.map((held) => [held.key, held]));
  if (byKey.size !== outgoing.length) yield 'a key was held twice';
  for (const { key } of intents) if (!byKey.has(key)) yield `${key} was never held`;
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

function* wrongBalances({ states }: Books, positions: ReadonlyMap<string, string>) {
  for (const { participant, totals } of states) {
    for (const { currency, isBalanced, inFlight, settlement } of totals) {
      const name = `${participant} ${currency}`;
      if (!isBalanced) yield `the book of ${name} does not balance`;
      if (Number(inFlight) !== 0) yield `${name} has ${inFlight} in flight`;
      const owed = settlement.startsWith('-') ? settlement.slice(1) : `-${settlement}`;
      const position = positions.get(name) ?? '0.00';
      const isSame = position === owed || (Number(position) === 0 && Number(owed) === 0);
      if (!isSame) yield `${name} owes ${settlement}, and its position is ${position}`;
    }
  }
}

/** What is wrong, in words; nothing when all holds. */
export async function checkRound(
  hutong: SwitchUnderTest,
  intents: readonly Intent[],
): Promise<string[]> {
  const books = await settled(hutong);
  const verified = verifySchema.parse(hutong.command('verify'));
  const status = statusSchema.parse(hutong.command('status'));
  const broken = verified.checks.filter((check) => !check.ok).map(({ id }) => `verify: ${id}`);
  const open = status.openPayments.map(({ state, count }) => `${count} payments are ${state}`);
  const positions = new Map(
    status.positions.map((each) => [`${each.participant} ${each.currency}`, each.balance]),
  );
  const found = [...wrongOutgoing(books, intents), ...wrongBalances(books, positions)];
  return [...broken, ...open, ...found].slice(0, 10);
}
