// The sandbox's wallets as commands use them: found by the data folder, named as `account@wallet`.
import { HutongProblem } from '@hutong/sdk';
import { readSandboxFile, type SandboxWallet } from '../sandbox/sandbox-file.ts';
import { createWalletControl, type WalletControl } from '../sandbox/wallet-control.ts';
import { CommandError, EXIT, exitOfStatus } from './exit.ts';
import { findSwitch } from './settings.ts';

export interface Wallet extends SandboxWallet {
  readonly control: WalletControl;
}

const APPEARS_WITHIN_MS = 10_000;

/** @throws CommandError where no switch runs, or one without a sandbox. */
export async function findWallets(data: string): Promise<Wallet[]> {
  findSwitch(data);
  // a switch that has just started is still seeding its sandbox
  for (const until = Date.now() + APPEARS_WITHIN_MS; ; ) {
    const file = readSandboxFile(data);
    if (file !== null) {
      return file.wallets.map((each) => ({ ...each, control: createWalletControl(each) }));
    }
    if (Date.now() > until) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new CommandError(
    EXIT.environment,
    `the switch of ${data} runs without a sandbox, so it has no wallet that this command can use`,
    `stop it and start it again with: npx hutong start --data ${data} --sandbox`,
  );
}

export interface Person {
  readonly wallet: Wallet;
  readonly account: string;
}

/** `wangwei@alpha`. */
export function findPerson(wallets: readonly Wallet[], text: string): Person {
  const [account = '', participant = '', ...rest] = text.split('@');
  const wallet = wallets.find((each) => each.participant === participant);
  const known = wallets.map((each) => each.participant).join(', ');
  if (wallet === undefined || rest.length > 0) {
    throw new CommandError(
      EXIT.usage,
      `${text} is no account of a sandbox wallet`,
      `write account@wallet; the wallets are ${known}`,
    );
  }
  if (wallet.users.some((user) => user.account === account)) return { wallet, account };
  const some = wallet.users.slice(0, 3).map((user) => user.account);
  throw new CommandError(
    EXIT.notFound,
    `${participant} has no account ${account}`,
    `it has, for example, ${some.join(', ')}`,
  );
}

/** Runs what asks the switch, and turns its refusal into an error with the right exit code. */
export async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HutongProblem)) throw error;
    const { title, detail, code, suggestion, status } = error.problem;
    const words = `${title}${detail === undefined ? '' : `: ${detail}`} (${code})`;
    throw new CommandError(exitOfStatus(status), words, suggestion);
  }
}
