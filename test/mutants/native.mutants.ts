// Holds, conditions, exchange, limits, webhooks and the operator's people: each safeguard taken
// away once.
import type { Mutant } from './mutant.ts';

const HOLDS = 'src/payments/holds.ts';
const holdTests = ['src/payments/holds.test.ts'];
const RATES = 'src/quotes/exchange.ts';
const FLOW = 'src/payments/money-flow.ts';
const LIMITS = 'src/compliance/limits.ts';
const limitTests = ['src/compliance/limits.test.ts'];

export const nativeMutants: readonly Mutant[] = [
  {
    what: 'more is captured than was put on hold',
    file: HOLDS,
    find: "  if (amountMinor > payment.amountMinor) return refuse('capture_exceeds_hold', command, context);\n",
    replace: '',
    tests: holdTests,
  },
  {
    what: 'a payer takes its promise back',
    file: HOLDS,
    find: "  if (payment.payeeParticipantId !== by) return refuse('not_permitted', command, context);\n  if (payment.hold === null)",
    replace: '  if (payment.hold === null)',
    tests: holdTests,
  },
  {
    what: 'any preimage fulfils a condition',
    file: HOLDS,
    find: "digest('base64url') === condition",
    replace: "digest('base64url') !== ''",
    tests: holdTests,
  },
  {
    what: 'a hold is captured after its time',
    file: HOLDS,
    find: "return payment.expiresAtMs <= context.nowMs ? 'payment_expired' : null;",
    replace: 'return null;',
    tests: holdTests,
  },
  {
    what: 'the fee of a part is rounded up',
    file: HOLDS,
    find: '(payment.feeMinor * amountMinor) / wholeMinor',
    replace: '(payment.feeMinor * amountMinor + wholeMinor - 1n) / wholeMinor',
    tests: holdTests,
  },
  {
    what: 'an exchange gives a unit more than its rate says',
    file: RATES,
    find: 'return (baseMinor * above) / below;',
    replace: 'return (baseMinor * above) / below + 1n;',
    tests: ['src/quotes/exchange.test.ts'],
  },
  {
    what: 'an FX participant gives and does not take',
    file: FLOW,
    find: ': [[payer, taken, creditMinor]];',
    replace: ': [];',
    tests: ['src/payments/exchange.test.ts'],
  },
  {
    what: 'a limit is not used by what is under way',
    file: LIMITS,
    find: '      if (rules.size > 0) change(payment, payment.amountMinor, 1n, context);\n',
    replace: '',
    tests: limitTests,
  },
  {
    what: 'a refused payment stays in its limit',
    file: LIMITS,
    find: "if (state !== 'completed') change(payment, -reservedMinor, -1n, context);",
    replace: "if (state !== 'completed') return;",
    tests: limitTests,
  },
];
