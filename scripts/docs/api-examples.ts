// Requests that a schema alone cannot make an example of: what goes together is said in a
// refinement, or an example of real life says more. test/docs judges each by the contract.

export const examples: Readonly<Record<string, unknown>> = {
  createPayment: {
    payer: { account: 'u-20117', name: 'Wang Wei' },
    payee: { alias: 'phone:+8613900000002' },
    amount: { amount: '12.50', currency: 'CNY' },
    reference: 'INV-2041',
  },
  createBulk: {
    key: 'wages-2026-07-0001',
    payer: { account: 'u-20117' },
    payee: { alias: 'phone:+8613900000002' },
    amount: { amount: '4200.00', currency: 'CNY' },
  },
  changeParticipant: { status: 'suspended' },
};
