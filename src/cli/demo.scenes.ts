// The demo's first part: one payment after the other, each shows something that goes wrong between
// wallets every day, and what becomes of it.
import { paint } from './output.ts';
import { reasonOf } from './paid.ts';
import { findPerson, type Person, type Wallet } from './wallets.ts';

export interface Check {
  readonly what: string;
  readonly ok: boolean;
}
export type Say = (text?: string) => void;

const LINA = 'phone:+8613900000002';
const ZHANG_MIN = 'phone:+8613700000003';
const LATE_MS = 1_200;
const PATIENCE_MS = 15_000;

const cny = (amount: string) => ({ amount, currency: 'CNY' });

/** The first that `look` finds, asked every 50 ms. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

async function balanceOf({ wallet, account }: Person): Promise<string> {
  const { users } = await wallet.control.state();
  return users.find((user) => user.account === account)?.balances['CNY'] ?? '0.00';
}

async function payAndRefund(wangwei: Person, bravo: Wallet, say: Say): Promise<Check> {
  const { control } = wangwei.wallet;
  const { payee } = await control.lookup(LINA);
  const quote = await control.quote({ payee: { alias: LINA }, amount: cny('12.50') });
  say(`${LINA} is ${payee.name ?? ''} at ${payee.participantId}; fee ${quote.fee.amount} CNY`);
  const account = wangwei.account;
  const asked = { account, payee: { alias: LINA }, amount: cny('12.50'), quoteId: quote.id };
  const paid = await control.pay(asked);
  say(`Wang Wei at Alpha Wallet pays her 12.50 CNY: ${paid.payment?.state ?? paid.state}`);
  const paymentId = paid.payment?.id ?? '';
  const back = await bravo.control.refund({ paymentId, amount: cny('2.50') });
  say(`she gives 2.50 back: ${back.payment?.state ?? back.state}`);
  const isPaid = paid.state === 'taken' && paid.payment?.debit.amount === quote.debit.amount;
  return {
    what: 'a payment took what its quote said, and a part was given back',
    ok: isPaid && back.state === 'taken',
  };
}

async function refusal(wangwei: Person, bravo: Wallet, say: Say): Promise<Check> {
  await bravo.control.addFault({ kind: 'refuse' });
  const before = await balanceOf(wangwei);
  const { account, wallet } = wangwei;
  const paid = await wallet.control.pay({ account, payee: { alias: LINA }, amount: cny('8.00') });
  say(`Bravo Pay refuses 8.00 CNY: ${reasonOf(paid)}; Wang Wei's money is free again`);
  const isBack = (await balanceOf(wangwei)) === before;
  return { what: 'a refused payment cost nothing', ok: paid.state === 'released' && isBack };
}

async function lateAnswer(wangwei: Person, bravo: Wallet, say: Say): Promise<Check> {
  await bravo.control.addFault({ kind: 'late', ms: LATE_MS });
  const { account, wallet } = wangwei;
  const startedMs = performance.now();
  const wish = { account, payee: { alias: LINA }, amount: cny('5.00') };
  const key = await wallet.control.payAsync(wish);
  const find = async () => (await wallet.control.outgoing()).find((held) => held.key === key);
  const meanwhile = (await find())?.state;
  const ended = await eventually(async () => {
    const held = await find();
    return held?.state === 'open' ? undefined : held;
  });
  const tookMs = Math.round(performance.now() - startedMs);
  const late = `5.00 CNY stays held, and is ${ended?.state ?? 'open'} after ${tookMs} ms`;
  say(`Bravo Pay answers late: ${late}`);
  const ok = meanwhile === 'open' && ended?.state === 'taken';
  return { what: 'a late answer was waited for, not guessed', ok };
}

async function sentTwice(wangwei: Person, say: Say): Promise<Check> {
  const { account, wallet } = wangwei;
  const key = `twice-${Date.now()}`;
  const wish = { account, payee: { alias: LINA }, amount: cny('3.00'), key };
  const [one, two] = await Promise.all([wallet.control.pay(wish), wallet.control.pay(wish)]);
  const ids = new Set([one.payment?.id, two.payment?.id]);
  say(`the same request twice, at the same moment: ${ids.size} payment`);
  const ok = ids.size === 1 && one.state === 'taken' && one.replayed !== two.replayed;
  return { what: 'one request sent twice was one payment', ok };
}

async function collectAndReturn(payee: Person, payer: Person, say: Say): Promise<Check> {
  const before = await balanceOf(payer);
  const shop = payee.wallet.control;
  const order = await shop.createOrder({ account: payee.account, amount: cny('30.00') });
  const attempt = await shop.collect(order.id, { payerAlias: ZHANG_MIN });
  const asked = await eventually(async () => {
    const waiting = await payer.wallet.control.confirmations();
    return waiting.find(({ paymentId }) => paymentId === attempt.id);
  });
  await shop.addFault({ kind: 'refuse' });
  if (asked !== undefined) await payer.wallet.control.confirm(asked.legId);
  const given = await eventually(async () => {
    const legs = await payer.wallet.control.legs();
    const back = legs.find(({ kind, paymentId }) => kind === 'refund' && paymentId === attempt.id);
    return back?.outcome === 'completed' ? back : undefined;
  });
  say(
    'the teahouse asks Zhang Min at Delta QR for 30.00 CNY; Delta QR can only capture, ' +
      `she agrees, the teahouse's wallet refuses the credit: ${given === undefined ? 'open' : 'given back'}`,
  );
  const isBack = (await balanceOf(payer)) === before;
  return {
    what: 'what was captured and could not be credited was given back in full',
    ok: given !== undefined && isBack,
  };
}

/** Plays all, and tells of each whether it went as it must. */
export async function playScenes(wallets: readonly Wallet[], say: Say): Promise<Check[]> {
  const wangwei = findPerson(wallets, 'wangwei@alpha');
  const teahouse = findPerson(wallets, 'teahouse@bravo');
  const zhangMin = findPerson(wallets, 'zhangmin@delta');
  const bravo = teahouse.wallet;
  const checks = [
    await payAndRefund(wangwei, bravo, say),
    await refusal(wangwei, bravo, say),
    await lateAnswer(wangwei, bravo, say),
    await sentTwice(wangwei, say),
    await collectAndReturn(teahouse, zhangMin, say),
  ];
  for (const check of checks.filter(({ ok }) => !ok))
    say(`${paint('red', 'FAILED')} ${check.what}`);
  return checks;
}
