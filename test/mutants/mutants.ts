// Lines on which money depends, each changed into something plausible and wrong. A test must
// notice.
import { journalMutants } from './journal.mutants.ts';
import type { Mutant } from './mutant.ts';
import { nativeMutants } from './native.mutants.ts';

const LEDGER = 'src/ledger/ledger.ts';
const ledgerTests = ['src/ledger/ledger.test.ts'];
const AMOUNT = 'src/money/amount.ts';
const moneyTests = ['src/money'];
const FLOW = 'src/payments/money-flow.ts';
const REFUND = 'src/payments/refund.ts';
const PREPARE = 'src/payments/prepare.ts';
const VERIFY = 'src/signatures/verify.ts';
const signatureTests = ['src/signatures/signatures.test.ts'];
const pushTests = ['src/payments/push.test.ts', 'src/payments/refusals.test.ts'];
const flowTests = [...pushTests, 'src/payments/collect.test.ts'];
const refundTests = ['src/payments/refund.test.ts', 'src/payments/refusals.test.ts'];

export const mutants: readonly Mutant[] = [
  {
    what: 'a limit may be exceeded by one unit',
    file: LEDGER,
    find: 'm.amountMinor > headroom)',
    replace: 'm.amountMinor > headroom + 1n)',
    tests: ledgerTests,
  },
  {
    what: 'a limit may not be used to its end',
    file: LEDGER,
    find: 'm.amountMinor > headroom)',
    replace: 'm.amountMinor >= headroom)',
    tests: ledgerTests,
  },
  {
    what: 'what is pending does not count against the limit',
    file: LEDGER,
    find: '    account.debitsPostedMinor -\n    account.debitsPendingMinor\n',
    replace: '    account.debitsPostedMinor\n',
    tests: ledgerTests,
  },
  {
    what: 'nothing may be moved',
    file: LEDGER,
    find: 'm.amountMinor <= 0n)',
    replace: 'm.amountMinor < 0n)',
    tests: ledgerTests,
  },
  {
    what: 'currencies are mixed',
    file: LEDGER,
    find: "if (debit.currency !== credit.currency) return 'currencies_must_match';",
    replace: '',
    tests: ledgerTests,
  },
  {
    what: 'of several movements, the first ones stay reserved when a later one is refused',
    file: LEDGER,
    find: 'for (let j = i - 1; j >= 0; j -= 1) free(movements[j] as Movement);',
    replace: '',
    tests: ledgerTests,
  },
  {
    what: 'a posting credits nobody',
    file: LEDGER,
    find: 'credit.creditsPostedMinor += capturedMinor;',
    replace: '',
    tests: ledgerTests,
  },
  {
    what: 'a posting leaves the reservation',
    file: LEDGER,
    find: '    free(m);\n    const [debit, credit] = both(m);\n',
    replace: '    const [debit, credit] = both(m);\n',
    tests: ledgerTests,
  },
  {
    what: 'more is captured than was reserved',
    file: LEDGER,
    find: 'capturedMinor <= 0n || capturedMinor > m.amountMinor',
    replace: 'capturedMinor <= 0n',
    tests: ledgerTests,
  },
  {
    what: 'digits that a currency does not have are cut off',
    file: AMOUNT,
    find: "if (fraction.length > currency.exponent) return fault('amount_too_precise');",
    replace: '',
    tests: moneyTests,
  },
  {
    what: 'fractions are read without their zeros',
    file: AMOUNT,
    find: "fraction.padEnd(currency.exponent, '0')",
    replace: 'fraction',
    tests: moneyTests,
  },
  {
    what: 'zero is an amount',
    file: AMOUNT,
    find: "parsed.ok && parsed.minor === 0n ? fault('amount_zero') : parsed",
    replace: 'parsed',
    tests: moneyTests,
  },
  {
    what: 'small amounts lose their leading zero',
    file: AMOUNT,
    find: 'padStart(exponent + 1',
    replace: 'padStart(exponent',
    tests: moneyTests,
  },
  {
    what: 'an amount may be larger than the largest',
    file: AMOUNT,
    find: "minor > MAX_AMOUNT_MINOR ? fault('amount_too_large') : { ok: true, minor }",
    replace: '{ ok: true, minor }',
    tests: moneyTests,
  },
  {
    what: 'the fee is not taken',
    file: FLOW,
    find: 'if (payment.feeMinor > 0n && fees !== null) hops.push([from, fees, payment.feeMinor]);',
    replace: '',
    tests: flowTests,
  },
  {
    what: 'the payee gets the fee as well',
    file: FLOW,
    find: 'else hops.push([from, payee, payment.creditMinor]);',
    replace: 'else hops.push([from, payee, payment.debitMinor]);',
    tests: flowTests,
  },
  {
    what: 'a return gives back without the fee',
    file: FLOW,
    find: 'hops = [[transit, payer, payment.debitMinor]];',
    replace: 'hops = [[transit, payer, payment.creditMinor]];',
    tests: ['src/payments/collect.test.ts', 'src/payments/payment.model.test.ts'],
  },
  {
    what: 'what is voided stays pending',
    file: FLOW,
    find: '    context.ledger.void(movement);\n',
    replace: '',
    tests: flowTests,
  },
  {
    what: 'refunds under way do not count',
    file: REFUND,
    find: ' - original.refundingMinor;',
    replace: ';',
    tests: refundTests,
  },
  {
    what: 'refunds that ended do not count',
    file: REFUND,
    find: ' - original.refundedMinor - ',
    replace: ' - ',
    tests: refundTests,
  },
  {
    what: "another participant's payment can be refunded",
    file: REFUND,
    find: 'original?.payeeParticipantId !== participantId',
    replace: 'original === undefined',
    tests: refundTests,
  },
  {
    what: 'what is not completed can be refunded',
    file: REFUND,
    find: " || original.state !== 'completed'",
    replace: '',
    tests: refundTests,
  },
  {
    what: 'a payment may begin after its expiry',
    file: PREPARE,
    find: "if (payment.expiresAtMs <= context.nowMs) return 'payment_expired';",
    replace: '',
    tests: pushTests,
  },
  {
    what: 'a participant that is not active may pay',
    file: PREPARE,
    find: "if (!engine.isActive(payment.payerParticipantId)) return 'participant_not_active';",
    replace: '',
    tests: pushTests,
  },
  {
    what: 'a message is accepted whatever its signature says',
    file: VERIFY,
    find: "!key.verify(base, Buffer.from(parsed.signature, 'base64'))",
    replace: 'base.length === 0',
    tests: signatureTests,
  },
  {
    what: 'a body is accepted whatever its digest says',
    file: VERIFY,
    find: ' && !digestHolds(digest, message.body)',
    replace: ' && digest.length === 0',
    tests: signatureTests,
  },
  {
    what: 'a signature lives for ever',
    file: VERIFY,
    find: "if (parsed.expires + CLOCK_SKEW_S_MAX < nowS) return 'signature_expired';",
    replace: '',
    tests: signatureTests,
  },
  {
    what: 'a signature need not cover all that the profile asks for',
    file: VERIFY,
    find: 'parsed.components.length !== components.length',
    replace: 'parsed.components.length > components.length',
    tests: signatureTests,
  },
  ...journalMutants,
  ...nativeMutants,
];
