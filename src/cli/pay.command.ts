// `hutong pay`: one payment, or all of a payout file, from an account of a sandbox wallet.
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { paint, printJson, table } from './output.ts';
import { printPaid } from './paid.ts';
import { type PayoutResult, readPayouts, writeResults } from './payouts.csv.ts';
import { type PayoutPlan, planPayouts, sendPayouts } from './payouts.ts';
import { withData } from './settings.ts';
import { asking, findPerson, findWallets, type Person } from './wallets.ts';

interface PayFlags {
  readonly data: string;
  readonly from: string;
  readonly key?: string;
  readonly file?: string;
  readonly out?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export function readPayoutFile(path: string): ReturnType<typeof readPayouts> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.usage, `${path} cannot be read: ${reason}`);
  }
  return readPayouts(text, path);
}

export function planTable({ totals, refused }: PayoutPlan): string {
  const rows = totals.map((each) => [each.currency, String(each.rows), each.debit, each.fee]);
  const no = refused.length === 0 ? '' : `\n${refused.length} rows cannot be paid`;
  return table(['currency', 'rows', 'leaves the account', 'of which fees'], rows) + no;
}

export function summaryOf(results: readonly PayoutResult[]) {
  const count = (of: (result: PayoutResult) => boolean) => results.filter(of).length;
  return {
    rows: results.length,
    completed: count(({ status }) => status === 'completed'),
    paidBefore: count(({ status, before }) => status === 'completed' && before),
    notPaid: count(({ status }) => status === 'not_paid'),
    unknown: count(({ status }) => status === 'unknown'),
  };
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new CommandError(EXIT.usage, 'nothing was paid: nobody is here to agree', 'add --yes');
  }
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await questions.question('Pay? (yes/no) ');
  questions.close();
  return answer.trim().toLowerCase() === 'yes';
}

async function payFile(payer: Person, path: string, flags: PayFlags): Promise<void> {
  const plan = await planPayouts(payer, readPayoutFile(path));
  console.error(planTable(plan));
  if (!flags.yes && !(await agreed())) throw new CommandError(EXIT.refused, 'nothing was paid');
  const results = await sendPayouts(payer, plan);
  const out = flags.out ?? path.replace(/(\.csv)?$/, '.result.csv');
  writeFileSync(out, writeResults(results));
  const summary = summaryOf(results);
  if (summary.unknown > 0) process.exitCode = EXIT.tryAgain;
  else if (summary.notPaid > 0) process.exitCode = EXIT.refused;
  if (flags.json) return printJson({ ...summary, file: out, results });
  const { completed, paidBefore, notPaid, unknown, rows } = summary;
  console.log(
    `${paint('green', `${completed} completed`)} (${paidBefore} by an earlier run) of ${rows}`,
  );
  for (const { line, reference, reason } of results.filter(
    ({ status }) => status !== 'completed',
  )) {
    console.log(`line ${line}  ${reference}  ${reason}`);
  }
  if (unknown > 0) console.log(`${unknown} are not known yet: run the same file again to ask`);
  console.log(`${notPaid} not paid; every row is in ${out}`);
}

async function pay(
  alias: string | undefined,
  amount: string | undefined,
  currency: string | undefined,
  flags: PayFlags,
): Promise<void> {
  const payer = findPerson(await findWallets(flags.data), flags.from);
  if (flags.file !== undefined) return payFile(payer, flags.file, flags);
  if (alias === undefined || amount === undefined || currency === undefined) {
    throw new CommandError(
      EXIT.usage,
      'say whom to pay and how much',
      'or give --file payouts.csv',
    );
  }
  const paid = await asking(() =>
    payer.wallet.control.pay({
      account: payer.account,
      payee: { alias },
      amount: { amount, currency },
      ...(flags.key === undefined ? {} : { key: flags.key }),
    }),
  );
  printPaid(paid, flags.json);
}

export function registerPay(program: Command): void {
  withData(program.command('pay'))
    .description('pay somebody, or everybody in a payout file')
    .argument('[alias]', 'for example phone:+8613900000002')
    .argument('[amount]', 'decimal, for example 12.50')
    .argument('[currency]')
    .option('--from <account@wallet>', 'who pays', 'wangwei@alpha')
    .option('--key <key>', 'idempotency key: the same key again is the same payment')
    .option('--file <csv>', 'pay every row: reference,alias,name,amount,currency')
    .option('--out <csv>', 'where the results go; <file>.result.csv unless told otherwise')
    .option('--yes', 'do not ask before the file is paid', false)
    .option('--json', 'one JSON document on stdout', false)
    .action(pay);
}
