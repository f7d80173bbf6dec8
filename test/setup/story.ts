// A day in the small scheme: every kind of payment in every end it can have, and some that are
// still under way. For tests that want a database with something of everything in it.
import { createHash } from 'node:crypto';
import { legIdOf } from '../../src/payments/payment.ts';
import type {
  LegReport,
  Outcome,
  PaymentView,
  StoredInstruction,
} from '../../src/payments/port.ts';
import { createScheme, credential, credited, type Scheme, type SchemeOptions } from './scheme.ts';

const rejected: LegReport = { ...credited, outcome: 'rejected', problem: 'refused_by_payee' };
const unknown: LegReport = { ...credited, outcome: 'pending', externalId: null, evidence: null };

/** Ids of payments and orders by what became of them. */
export interface Story {
  readonly completed: string;
  readonly refunded: string;
  readonly refund: string;
  readonly refusedByPayee: string;
  readonly inDoubt: string;
  readonly paidOrder: string;
  readonly collected: string;
  readonly returned: string;
  readonly returning: string;
  readonly lateReturn: string;
  readonly awaiting: string;
  readonly sameSide: string;
  readonly quoted: string;
  readonly captured: string;
  readonly released: string;
  readonly fulfilled: string;
  readonly onHold: string;
  readonly exchanged: string;
  readonly exchangedRefund: string;
}

/** Tells of every instruction what the story has planned for its payment. */
function createPlans() {
  const plans = new Map<string, LegReport>();
  return {
    plan: (paymentIdOrKind: string, report: LegReport) => plans.set(paymentIdOrKind, report),
    answer: (_connectionId: string, stored: StoredInstruction): LegReport =>
      plans.get(stored.paymentId) ?? plans.get(stored.kind) ?? credited,
  };
}

function paymentOf(outcome: Outcome<PaymentView>): PaymentView {
  if (!outcome.ok) throw new Error(`refused: ${outcome.problem.code}`);
  return outcome.value;
}

export async function tellStory(
  options: SchemeOptions,
): Promise<{ readonly scheme: Scheme; readonly story: Story }> {
  const plans = createPlans();
  const scheme = createScheme({ answer: plans.answer, ...options });
  await scheme.start();
  await scheme.open();
  await scheme.open('SGD');
  await setLimit(scheme);
  const pushes = await tellPushes(scheme, plans);
  const collects = await tellCollects(scheme, plans);
  const holds = await tellHolds(scheme);
  const exchanges = await tellExchanges(scheme);
  return { scheme, story: { ...pushes, ...collects, ...holds, ...exchanges } };
}

const FULFILMENT = Buffer.alloc(32, 9);
const CONDITION = createHash('sha256').update(FULFILMENT).digest('base64url');

async function tellHolds({ core, pay }: Scheme) {
  const ofPanda = { credential: credential('panda'), evidence: null, waitMs: 2_000 };
  const hold = async (key: string) => {
    const wish = { hold: 'capture', idempotencyKey: key } as const;
    return paymentOf(await pay(wish)).payment.id;
  };
  const captured = await hold('ride');
  const amount = { currency: 'CNY', minor: 61_00n };
  const capture = { paymentId: captured, amount, idempotencyKey: 'cap', content: 'cap' };
  paymentOf(await core.payments.capture({ ...ofPanda, ...capture }));
  const released = await hold('deposit');
  const release = { paymentId: released, idempotencyKey: 'rel', content: 'rel' };
  paymentOf(await core.payments.release({ ...ofPanda, ...release }));
  const onHold = await hold('room');
  const locked = await pay({ hold: { condition: CONDITION }, idempotencyKey: 'lock', waitMs: 0 });
  const fulfilled = paymentOf(locked).payment.id;
  const fulfilment = FULFILMENT.toString('base64url');
  const key = { idempotencyKey: 'ful', content: 'ful' };
  const wish = { ...ofPanda, paymentId: fulfilled, fulfilment, ...key };
  paymentOf(await core.payments.fulfil(wish));
  return { captured, released, onHold, fulfilled };
}

async function tellExchanges(scheme: Scheme) {
  await scheme.openExchange();
  const exchange = { currency: 'SGD', fixed: 'credit' } as const;
  const exchanged = paymentOf(await payQuote(scheme, exchange)).payment.id;
  const refund = await scheme.core.payments.refund({
    credential: credential('panda'),
    evidence: null,
    paymentId: exchanged,
    amount: { currency: 'CNY', minor: 33_00n },
    reference: null,
    reason: null,
    idempotencyKey: 'fx',
    content: 'fx',
    waitMs: 2_000,
  });
  return { exchanged, exchangedRefund: paymentOf(refund).payment.id };
}

/** One that nobody reaches: it counts. */
async function setLimit({ core }: Scheme): Promise<void> {
  const what = { currency: 'CNY', subject: 'corridor', measure: 'sum', period: 'month' } as const;
  const rule = { id: 'corridor-month', ...what, limit: 10n ** 12n } as const;
  const rest = { participantId: null, outcome: 'refuse', setBy: 'zhang' } as const;
  await core.journal.submit(core.limits.machine, {
    type: 'set_limit',
    rule: { ...rule, ...rest },
  });
}

type Plans = ReturnType<typeof createPlans>;

async function tellPushes(scheme: Scheme, plans: Plans) {
  const { core } = scheme;
  const completed = paymentOf(await scheme.pay({ idempotencyKey: 'once', reference: 'invoice 7' }));
  await scheme.pay({ idempotencyKey: 'once', reference: 'invoice 7' });
  const refunded = paymentOf(await scheme.pay());
  const refundWish = {
    paymentId: refunded.payment.id,
    reference: null,
    reason: null,
    waitMs: 2_000,
  };
  const asked = { credential: credential('panda'), evidence: null, ...refundWish };
  const partly = {
    amount: { currency: 'CNY', minor: 30_00n },
    idempotencyKey: 'r1',
    content: 'r1',
  };
  const refund = paymentOf(await core.payments.refund({ ...asked, ...partly }));
  const tooMuch = {
    amount: { currency: 'CNY', minor: 90_00n },
    idempotencyKey: 'r2',
    content: 'r2',
  };
  await core.payments.refund({ ...asked, ...tooMuch });
  await scheme.pay({
    to: { alias: 'wallet:nobody@panda', amount: { currency: 'CNY', minor: 1n } },
  });
  const tooMuchAmount = { currency: 'CNY', minor: 10_000_000_00n };
  await scheme.pay({ to: { alias: 'wallet:mei@panda', amount: tooMuchAmount } });
  const sgd = { currency: 'SGD', minor: 12_34n };
  await scheme.pay({ to: { alias: 'wallet:mei@crane', amount: sgd } });
  const sameSide = paymentOf(
    await scheme.pay({
      to: { alias: 'wallet:mei@lotus', amount: { currency: 'CNY', minor: 7_00n } },
    }),
  );
  plans.plan('credit', rejected);
  const refusedByPayee = paymentOf(await scheme.pay());
  plans.plan('credit', unknown);
  const inDoubt = paymentOf(await scheme.pay({ waitMs: 100 }));
  plans.plan(inDoubt.payment.id, unknown);
  plans.plan('credit', credited);
  const quoted = paymentOf(await payQuote(scheme));
  return {
    completed: completed.payment.id,
    refunded: refunded.payment.id,
    refund: refund.payment.id,
    refusedByPayee: refusedByPayee.payment.id,
    inDoubt: inDoubt.payment.id,
    sameSide: sameSide.payment.id,
    quoted: quoted.payment.id,
  };
}

async function payQuote(
  scheme: Scheme,
  exchange: { readonly currency: string; readonly fixed: 'credit' } | null = null,
): Promise<Outcome<PaymentView>> {
  const { core, ids } = scheme;
  const payee = await core.resolve('wallet:mei@panda');
  if (typeof payee === 'string') throw new Error(payee);
  const id = ids.uuid();
  const { participantId, connectionId, account, name, subject } = payee;
  await core.journal.submit(
    core.quotes.machine,
    {
      type: 'create_quote',
      id,
      payerParticipantId: 'lotus',
      payerConnectionId: 'lotus-main',
      payee: { participantId, connectionId, account, name, subject },
      currency: 'CNY',
      amountMinor: 55_00n,
      exchange,
      expiresAtMs: Date.now() + 60_000,
    },
    { subjects: [subject] },
  );
  return scheme.pay({ to: { quoteId: id } });
}

async function tellCollects(scheme: Scheme, plans: Plans) {
  const { core } = scheme;
  const ofPanda = { credential: credential('panda'), evidence: null };

  let count = 0;
  async function order(): Promise<string> {
    count += 1;
    const made = await core.payments.createOrder({
      ...ofPanda,
      idempotencyKey: `o${count}`,
      content: `o${count}`,
      payee: { account: 'acct-shop', name: 'Mei Noodles' },
      amount: { currency: 'CNY', minor: 25_00n },
      reference: `table ${count}`,
      record: null,
      description: 'noodles',
      expiresAtMs: null,
    });
    if (!made.ok) throw new Error(made.problem.code);
    return made.value.id;
  }
  async function collect(orderId: string, waitMs: number): Promise<PaymentView> {
    count += 1;
    const key = { idempotencyKey: `c${count}`, content: `c${count}` };
    const wish = { orderId, payerAlias: 'wallet:mei@lotus', waitMs };
    return paymentOf(await core.payments.collect({ ...ofPanda, ...key, ...wish }));
  }

  const paidOrder = await order();
  paymentOf(await scheme.pay({ to: { orderId: paidOrder } }));
  const collected = await collect(await order(), 2_000);
  plans.plan('credit', rejected);
  const returned = await collect(await order(), 2_000);
  plans.plan('refund', unknown);
  const returning = await collect(await order(), 150);
  plans.plan(returning.payment.id, unknown);
  plans.plan('refund', credited);
  plans.plan('credit', credited);

  plans.plan('collect', { ...rejected, problem: 'refused_by_payer' });
  const refused = await collect(await order(), 2_000);
  // the platform captured although it had said no: the payer gets it back by a linked return
  const legId = legIdOf(refused.payment.id, 0);
  await core.payments.report(credential('lotus'), legId, { ...credited, externalId: 'late' });
  plans.plan('collect', unknown);
  const awaiting = await collect(await order(), 100);
  const open = await order();
  await core.payments.closeOrder({
    ...ofPanda,
    idempotencyKey: 'close',
    content: 'close',
    orderId: open,
  });
  await order();
  return {
    paidOrder,
    collected: collected.payment.id,
    returned: returned.payment.id,
    returning: returning.payment.id,
    lateReturn: refused.payment.id,
    awaiting: awaiting.payment.id,
  };
}
