// `hutong refund`: the payee's wallet gives a completed payment back, in part or in full.
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { printPaid } from './paid.ts';
import { withData } from './settings.ts';
import { asking, findWallets, type Wallet } from './wallets.ts';

interface RefundFlags {
  readonly data: string;
  readonly key?: string;
  readonly json: boolean;
}

/** The wallet that was credited: only the payee's side gives back. */
async function creditedBy(wallets: readonly Wallet[], paymentId: string): Promise<Wallet> {
  for (const wallet of wallets) {
    const legs = await wallet.control.legs();
    const found = legs.some((leg) => leg.paymentId === paymentId && leg.kind === 'credit');
    if (found) return wallet;
  }
  throw new CommandError(
    EXIT.notFound,
    `no wallet of the sandbox was credited by ${paymentId}`,
    'give the id that hutong pay printed',
  );
}

async function refund(
  paymentId: string,
  amount: string | undefined,
  currency: string | undefined,
  flags: RefundFlags,
): Promise<void> {
  if (amount !== undefined && currency === undefined) {
    throw new CommandError(EXIT.usage, 'an amount needs its currency');
  }
  const { control } = await creditedBy(await findWallets(flags.data), paymentId);
  const part =
    amount === undefined || currency === undefined ? {} : { amount: { amount, currency } };
  const key = flags.key === undefined ? {} : { key: flags.key };
  printPaid(await asking(() => control.refund({ paymentId, ...part, ...key })), flags.json);
}

export function registerRefund(program: Command): void {
  withData(program.command('refund'))
    .description('give a completed payment back; all that is left of it, or the amount given')
    .argument('<paymentId>')
    .argument('[amount]', 'decimal, for example 2.50')
    .argument('[currency]')
    .option('--key <key>', 'idempotency key: the same key again is the same refund')
    .option('--json', 'one JSON document on stdout', false)
    .action(refund);
}
