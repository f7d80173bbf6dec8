// Native messages → canonical commands. Pure. `content` is what an idempotency key stands for: the
// canonical command without timestamps of the message, nonce and signature, as a JSON list in a
// fixed order, so that neither the spelling of an amount nor the order of members makes it another
// wish.
import type {
  CreateCollection,
  CreateOrder,
  CreatePayment,
  CreateRefund,
  PartyJson,
  ReportLeg,
} from '@hutong/sdk/contract';
import type { Currencies } from '../../../money/index.ts';
import type {
  CollectCommand,
  CreateOrderCommand,
  Idempotent,
  LegReport,
  Party,
  PayCommand,
  RefundCommand,
} from '../../../payments/port.ts';
import { ok, type Result } from '../../../problems/index.ts';
import type { Asked } from '../../signed-route.ts';
import { readMoney } from '../native.messages.ts';
import { legProblem } from '../native.problems.ts';

const party = ({ account, name }: PartyJson): Party => ({ account, name: name ?? null });
const instantMs = (text: string | undefined) => (text === undefined ? null : Date.parse(text));
const content = (...parts: readonly unknown[]) => JSON.stringify(parts);

function payeeOf(currencies: Currencies, body: CreatePayment): Result<PayCommand['to']> {
  if (body.quoteId !== undefined) return ok({ quoteId: body.quoteId });
  if (body.orderId !== undefined) return ok({ orderId: body.orderId });
  // The schema has seen to it that these two are there together.
  const { payee = { alias: '' }, amount = { amount: '', currency: '' } } = body;
  const read = readMoney(currencies, amount);
  return read.ok ? ok({ alias: payee.alias, amount: read.value }) : read;
}

export function payCommand(
  currencies: Currencies,
  body: CreatePayment,
  asked: Asked,
): Result<PayCommand> {
  const to = payeeOf(currencies, body);
  if (!to.ok) return to;
  const payer = party(body.payer);
  const { reference = null, note = null } = body;
  const expiresAtMs = instantMs(body.expiresAt);
  const authorisation =
    body.authorisation === undefined
      ? null
      : {
          method: body.authorisation.method,
          atMs: Date.parse(body.authorisation.at),
          termsHash: body.authorisation.termsHash,
        };
  const hold =
    body.condition === undefined
      ? ((body.capture && ('capture' as const)) ?? null)
      : { condition: body.condition };
  const whom =
    'alias' in to.value
      ? ['alias', to.value.alias, to.value.amount.currency, String(to.value.amount.minor)]
      : Object.entries(to.value).flat();
  return ok({
    ...asked,
    payer,
    to: to.value,
    reference,
    note,
    expiresAtMs,
    authorisation,
    hold,
    content: content(
      'pay',
      payer.account,
      payer.name,
      whom,
      reference,
      note,
      expiresAtMs,
      authorisation?.method,
      authorisation?.atMs,
      authorisation?.termsHash,
      body.capture,
      body.condition,
    ),
  });
}

export function refundCommand(
  currencies: Currencies,
  paymentId: string,
  body: CreateRefund,
  asked: Asked,
): Result<RefundCommand> {
  const amount = readMoney(currencies, body.amount);
  if (!amount.ok) return amount;
  const { reference = null, reason = null } = body;
  const { currency, minor } = amount.value;
  return ok({
    ...asked,
    paymentId,
    amount: amount.value,
    reference,
    reason,
    content: content('refund', paymentId, currency, String(minor), reference, reason),
  });
}

export function createOrderCommand(
  currencies: Currencies,
  body: CreateOrder,
  asked: Asked,
): Result<CreateOrderCommand> {
  const amount = readMoney(currencies, body.amount);
  if (!amount.ok) return amount;
  const payee = party(body.payee);
  const { reference = null, description = null } = body;
  const expiresAtMs = instantMs(body.expiresAt);
  const { currency, minor } = amount.value;
  const { waitMs: _waitMs, ...idempotent } = asked;
  return ok({
    ...idempotent,
    payee,
    amount: amount.value,
    reference,
    description,
    record: null,
    expiresAtMs,
    content: content(
      'order',
      payee.account,
      payee.name,
      currency,
      String(minor),
      reference,
      description,
      expiresAtMs,
    ),
  });
}

export function closeOrderCommand(
  orderId: string,
  asked: Asked,
): Idempotent & { readonly orderId: string } {
  const { waitMs: _waitMs, ...idempotent } = asked;
  return { ...idempotent, orderId, content: content('close_order', orderId) };
}

export function collectCommand(
  orderId: string,
  body: CreateCollection,
  asked: Asked,
): CollectCommand {
  const { payerAlias } = body;
  return { ...asked, orderId, payerAlias, content: content('collect', orderId, payerAlias) };
}

/** Whose refusal it is where it gives no reason, only payments knows: it has the leg. */
export function legReport(body: ReportLeg, evidence: Idempotent['evidence']): LegReport {
  const { outcome, externalId = null } = body;
  const problem = outcome === 'completed' ? null : legProblem(body.problem?.code);
  return { outcome, externalId, problem, evidence };
}
