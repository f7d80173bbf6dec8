// Canonical results → native messages. Pure. What an asker may see was decided before: payments
// gives the own side in full and of the other a masked name.

import {
  type AliasRecordJson,
  type EventJson,
  isEndState,
  type LookupJson,
  type Money,
  type OrderJson,
  type PaymentJson,
  type PositionsJson,
  type ProblemListJson,
  problemDefinitions,
  type QuoteJson,
  type SideJson,
} from '@hutong/sdk/contract';
import { type Currencies, formatAmount } from '../../../money/index.ts';
import type { Credential, OrderView, Party, PaymentView } from '../../../payments/port.ts';
import { definitionOf, type Language, textOf } from '../../../problems/index.ts';
import type { EventView, FoundPayee, PositionView, QuoteView } from '../../dialect.ts';
import { orderLink } from '../../order-link.ts';
import { currencyOf, instant, writeMoney } from '../native.messages.ts';

/** Leaves out what is not there: a native message has no `null`. */
function present<K extends string, V>(name: K, value: V | null): { [P in K]?: V } {
  const one: { [P in K]?: V } = {};
  if (value !== null && value !== undefined) one[name] = value;
  return one;
}

function side(participantId: string, party: Party): SideJson {
  return {
    participantId,
    ...(party.account === '' ? {} : { account: party.account }),
    ...present('name', party.name),
  };
}

function holdJson({ hold }: PaymentView['payment'], money: (minor: bigint) => Money) {
  if (hold === null) return {};
  if (hold.until === 'capture') return { authorised: money(hold.authorisedMinor) };
  return { condition: hold.condition, ...present('fulfilment', hold.fulfilment) };
}

export function paymentJson(
  currencies: Currencies,
  view: PaymentView,
  language: Language = 'en',
): PaymentJson {
  const { payment } = view;
  const currency = currencyOf(currencies, payment.currency);
  const money = (minor: bigint) => ({
    amount: formatAmount(minor, currency),
    currency: currency.code,
  });
  const { exchange } = payment;
  const other = exchange === null ? undefined : writeMoney(currencies, exchange);
  // of a payment the payee has the exchanged side, of its refund the payee gives it
  const [debited, credited] = payment.kind === 'refund' ? [other] : [undefined, other];
  const problem =
    payment.problem === null
      ? null
      : {
          code: payment.problem,
          title: textOf(payment.problem, language).title,
          retry: definitionOf(payment.problem).retry,
        };
  return {
    id: payment.id,
    kind: payment.kind,
    state: view.state,
    inDoubt: !isEndState(view.state) && view.legs.some((leg) => leg.inDoubt),
    amount: money(payment.amountMinor),
    debit: debited ?? money(payment.debitMinor),
    credit: credited ?? money(payment.creditMinor),
    fee: money(payment.feeMinor),
    refunded: money(payment.refundedMinor),
    payer: side(payment.payerParticipantId, view.payer),
    payee: side(payment.payeeParticipantId, view.payee),
    ...holdJson(payment, money),
    ...present('exchangedBy', payment.exchange?.participantId ?? null),
    ...present('causeId', payment.causeId),
    ...present('orderId', payment.orderId),
    ...present('quoteId', payment.quoteId),
    ...present('reference', payment.reference),
    ...present('problem', problem),
    createdAt: instant(payment.createdAtMs),
    expiresAt: instant(payment.expiresAtMs),
    ...present('endedAt', payment.endedAtMs === null ? null : instant(payment.endedAtMs)),
    seq: String(payment.updatedSeq),
  };
}

export function orderJson(
  currencies: Currencies,
  view: OrderView,
  credential: Credential,
  publicUrl: string,
): OrderJson {
  const isOwn = view.payeeParticipantId === credential.participantId;
  return {
    id: view.id,
    state: view.state,
    amount: writeMoney(currencies, view.amount),
    payee: side(view.payeeParticipantId, { account: '', name: view.payeeName }),
    ...present('reference', view.reference),
    ...present('description', view.description),
    // Which attempt won is the payee's business alone: the payers read their own payment.
    ...present('paymentId', isOwn ? view.winnerId : null),
    link: orderLink(publicUrl, view.id),
    createdAt: instant(view.createdAtMs),
    expiresAt: instant(view.expiresAtMs),
  };
}

function payeeJson({ participantId, alias, name }: FoundPayee): LookupJson['payee'] {
  return { participantId, alias, ...present('name', name) };
}

export function lookupJson(found: FoundPayee): LookupJson {
  return { payee: payeeJson(found), currencies: [...found.currencies] };
}

export function quoteJson(currencies: Currencies, quote: QuoteView): QuoteJson {
  return {
    id: quote.id,
    payee: payeeJson(quote.payee),
    debit: writeMoney(currencies, quote.debit),
    credit: writeMoney(currencies, quote.credit),
    fee: writeMoney(currencies, quote.fee),
    ...present('exchange', quote.exchange),
    expiresAt: instant(quote.expiresAtMs),
  };
}

export function aliasJson(
  claimed: { readonly alias: string; readonly account: string },
  { participantId }: Credential,
): AliasRecordJson {
  return { ...claimed, participantId };
}

export function positionsJson(
  currencies: Currencies,
  answer: { readonly positions: readonly PositionView[]; readonly seq: number },
): PositionsJson {
  const positions = answer.positions.map((position) => {
    const currency = currencyOf(currencies, position.currency);
    const amount = (minor: bigint) => formatAmount(minor, currency);
    return {
      currency: currency.code,
      balance: amount(position.balanceMinor),
      pendingDebits: amount(position.pendingDebitsMinor),
      pendingCredits: amount(position.pendingCreditsMinor),
      cover: amount(position.coverMinor),
      cap: amount(position.capMinor),
      headroom: amount(position.headroomMinor),
    };
  });
  return { positions, seq: String(answer.seq) };
}

export function eventJson(event: EventView): EventJson {
  return {
    id: `${event.seq}-${event.ordinal}`,
    type: event.type,
    at: instant(event.atMs),
    ...present('paymentId', event.paymentId),
    ...present('orderId', event.orderId),
  };
}

export function problemListJson(language: Language): ProblemListJson {
  return {
    problems: problemDefinitions.map(({ code, status, retry }) => {
      const { title, suggestion } = textOf(code, language);
      return { code, status, retry, title, suggestion };
    }),
  };
}
