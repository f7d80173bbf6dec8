// Looking up, quoting and aliases, as dialects ask for them: the directory, the quotes and, where
// it can, the payee's own side together.

import type { ProblemCode } from '@hutong/sdk/contract';
import type { DirectoryPort, FoundPayee, QuoteRequest, QuoteView } from '../dialects/dialect.ts';
import { maskName } from '../directory/index.ts';
import type { Outcome } from '../payments/port.ts';
import type { ResolvedParty } from '../payments/service.deps.ts';
import { type Problem, problem } from '../problems/index.ts';
import type { Clock, Ids } from '../runtime/index.ts';
import type { Core } from './core.ts';
import type { Outlets } from './outlets.ts';

/** A quote binds for this long where nobody says otherwise. */
const QUOTE_LIFETIME_MS = 120_000;

const no = (code: ProblemCode): { readonly ok: false; readonly problem: Problem } => ({
  ok: false,
  problem: problem(code),
});
const yes = <T>(value: T): Outcome<T> => ({ ok: true, value, replayed: false });

export function createDirectoryPort(deps: {
  readonly core: Core;
  readonly outlets: Outlets;
  readonly clock: Clock;
  readonly ids: Ids;
}): DirectoryPort {
  const { core, outlets, ids } = deps;
  const { view } = core.participants;

  /** The payee, as its own side confirms it where that can be asked. */
  async function confirm(found: ResolvedParty, alias: string): Promise<Outcome<FoundPayee>> {
    const opened = view.termsOf(found.participantId).map(({ currency }) => currency);
    const told: FoundPayee = {
      participantId: found.participantId,
      alias,
      name: maskName(found.name),
      currencies: opened,
    };
    const outlet = outlets.outlet(found.connectionId);
    if (outlet?.connector.lookup === undefined) return yes(told);
    const asked = await outlet.connector.lookup(outlet.settings, found.account);
    if (!asked.ok) return asked;
    if (!asked.value.payable) return no('payee_not_payable');
    const { name, currencies } = asked.value;
    return yes({
      ...told,
      name: maskName(name ?? found.name),
      currencies: opened.filter((currency) => currencies.includes(currency)),
    });
  }

  async function quote(request: QuoteRequest): Promise<Outcome<QuoteView>> {
    const { credential, amount, alias } = request;
    const other = request.currency ?? amount.currency;
    const isExchanged = other !== amount.currency;
    const found = await core.resolve(alias);
    if (typeof found === 'string') return no(found);
    const terms = isExchanged ? null : core.quotes.view.price(amount);
    if (typeof terms === 'string') return no(terms);
    // the amount agreed on is the side without the fee: the other one cannot be fixed exactly
    const agreed = terms?.debitMinor === terms?.amountMinor ? 'debit' : 'credit';
    if (terms !== null && terms.feeMinor > 0n && request.fixed !== agreed) {
      return no('capability_unsupported');
    }
    const outlet = outlets.outlet(found.connectionId);
    // between currencies the payee's side is asked for what it will be credited with, if known
    const consent =
      isExchanged && request.fixed === 'debit'
        ? undefined
        : await outlet?.connector.quote?.(outlet.settings, found.account, amount);
    if (consent !== undefined && !consent.ok) return consent;
    const answer = await core.journal.submit(
      core.quotes.machine,
      {
        type: 'create_quote',
        id: ids.uuid(),
        payerParticipantId: credential.participantId,
        payerConnectionId: credential.connectionId,
        payee: found,
        currency: isExchanged && request.fixed === 'credit' ? other : amount.currency,
        amountMinor: amount.minor,
        exchange: isExchanged
          ? { currency: request.fixed === 'credit' ? amount.currency : other, fixed: request.fixed }
          : null,
        expiresAtMs: deps.clock.nowMs() + QUOTE_LIFETIME_MS,
      },
      { subjects: [found.subject] },
    );
    if (answer.kind !== 'applied') return no(answer.kind === 'refused' ? answer.code : 'internal');
    if (!answer.result.ok) return no(answer.result.code);
    if (!('quote' in answer.result)) return no('internal');
    const made = answer.result.quote;
    const { terms: priced, exchange, rate } = made;
    const { currency } = priced;
    const credit = exchange ?? { currency, minor: priced.creditMinor };
    return yes({
      id: made.id,
      payee: {
        participantId: found.participantId,
        alias,
        name: maskName(found.name),
        currencies: [credit.currency],
      },
      debit: { currency, minor: priced.debitMinor },
      credit: { currency: credit.currency, minor: credit.minor },
      fee: { currency, minor: priced.feeMinor },
      exchange:
        exchange === null || rate === null ? null : { participantId: exchange.participantId, rate },
      expiresAtMs: made.expiresAtMs,
    });
  }

  return {
    async lookup({ participantId }, alias) {
      const found = await core.aliases.lookup(alias, { participantId, endUser: null });
      if (!found.ok) return found;
      if (!view.isUsable(found.value.connectionId)) return no('payee_participant_unavailable');
      return confirm(found.value, alias);
    },
    quote,
    async claimAlias({ participantId, connectionId }, claim) {
      const claimed = await core.aliases.claim(
        { ...claim, participantId, connectionId },
        { by: participantId },
      );
      if (!claimed.ok) return claimed;
      return yes({ alias: claim.alias, account: claim.account });
    },
    async releaseAlias({ participantId }, alias) {
      const released = await core.aliases.release({ alias, participantId }, { by: participantId });
      return released.ok ? yes(null) : released;
    },
  };
}
