// Looking payees up, quotes, and the aliases of one's own parties.
import { switchRoutes as routes } from '@hutong/sdk/contract';
import type { InboundRoute } from '../../inbound.ts';
import { refusal, replyTo } from '../../signed-route.ts';
import type { NativeDeps } from '../native.deps.ts';
import { readMoney } from '../native.messages.ts';
import type { On } from './bound.ts';
import { aliasJson, lookupJson, quoteJson } from './views.ts';

export function directoryRoutes({ directory, currencies }: NativeDeps, on: On): InboundRoute[] {
  return [
    on(routes.createLookup, async ({ credential, body }) =>
      replyTo(await directory.lookup(credential, body.alias), (found) => ({
        status: 200,
        json: lookupJson(found),
      })),
    ),
    on(routes.createQuote, async ({ credential, body }) => {
      const amount = readMoney(currencies, body.amount);
      if (!amount.ok) return amount;
      const { fixed = 'credit', currency = null } = body;
      if (currency !== null && currencies.byCode(currency) === undefined) {
        return refusal('currency_unknown');
      }
      const { alias } = body.payee;
      const asked = { credential, alias, amount: amount.value, fixed, currency };
      return replyTo(await directory.quote(asked), (quote) => ({
        status: 201,
        json: quoteJson(currencies, quote),
      }));
    }),
    on(routes.claimAlias, async ({ credential, body }) => {
      const claim = { ...body, name: body.name ?? null };
      return replyTo(await directory.claimAlias(credential, claim), (claimed) => ({
        status: 200,
        json: aliasJson(claimed, credential),
      }));
    }),
    on(routes.releaseAlias, async ({ credential, body }) =>
      replyTo(await directory.releaseAlias(credential, body.alias), () => ({ status: 204 })),
    ),
  ];
}
