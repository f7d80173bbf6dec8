// Exchange rates, as dialects publish and read them.
import type { RatesPort } from '../dialects/dialect.ts';
import type { Currencies } from '../money/index.ts';
import { commandKey } from '../payments/scope.ts';
import { problem } from '../problems/index.ts';
import { createQuoteService } from '../quotes/index.ts';
import { required } from '../runtime/defect.ts';
import type { Clock, Ids } from '../runtime/index.ts';
import type { Core } from './core.ts';

export function createRatesPort(deps: {
  readonly core: Core;
  readonly currencies: Currencies;
  readonly clock: Clock;
  readonly ids: Ids;
}): RatesPort {
  const { core, currencies, clock, ids } = deps;
  const { journal, quotes, indexKey } = core;
  const service = createQuoteService({ journal, quotes, clock, newId: ids.uuid });
  const exponentOf = (code: string) =>
    required(currencies.byCode(code), `currency ${code}`).exponent;
  return {
    async set(asked) {
      const { credential, base, target, rate, validToMs } = asked;
      const { participantId } = credential;
      const [baseExponent, targetExponent] = [exponentOf(base), exponentOf(target)];
      const done = await service.setRate(
        { participantId, base, target, rate, baseExponent, targetExponent, validToMs },
        { by: participantId, key: commandKey(indexKey, 'rate', asked) },
      );
      if (!done.ok) return done;
      const { value, replayed } = done.value;
      return { ok: true, value, replayed };
    },
    async list({ participantId }) {
      const value = quotes.view.rates(participantId);
      try {
        await journal.barrier();
      } catch {
        return { ok: false, problem: problem('outcome_unknown') };
      }
      return { ok: true, value, replayed: false };
    },
  };
}
