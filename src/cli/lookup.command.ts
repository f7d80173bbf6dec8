// `hutong lookup`: who is paid under an alias, as a wallet of the sandbox sees it before it pays.
import type { Command } from 'commander';
import { printJson } from './output.ts';
import { withData } from './settings.ts';
import { asking, findPerson, findWallets } from './wallets.ts';

interface LookupFlags {
  readonly data: string;
  readonly from: string;
  readonly json: boolean;
}

export function registerLookup(program: Command): void {
  withData(program.command('lookup'))
    .description('find who is paid under an alias')
    .argument('<alias>', 'for example phone:+8613900000002')
    .option('--from <account@wallet>', 'who asks', 'wangwei@alpha')
    .option('--json', 'one JSON document on stdout', false)
    .action(async (alias: string, flags: LookupFlags) => {
      const { wallet } = findPerson(await findWallets(flags.data), flags.from);
      const found = await asking(() => wallet.control.lookup(alias));
      if (flags.json) return printJson(found);
      const { payee, currencies } = found;
      console.log(`${payee.alias}  ${payee.name ?? 'without a name'}  at ${payee.participantId}`);
      console.log(`can be paid in ${currencies.join(', ')}`);
    });
}
