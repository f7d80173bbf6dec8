// Commands that speak the participants' protocol as a connection of the sandbox: `quote`,
// `request`, `hold`, `capture`, `bulk`, `aliases`, `events tail`. The wallet's own books are not
// told of them: they are for whoever tries the protocol.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type BulkItem, bulkItemSchema, type PaymentJson } from '@hutong/sdk/contract';
import type { Command } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { findConnection } from './operator.ts';
import { printJson } from './output.ts';
import { moneyOf } from './participants.command.ts';
import { withData } from './settings.ts';
import { asking } from './wallets.ts';

interface Flags {
  readonly data: string;
  readonly connection: string;
  readonly json: boolean;
  readonly key?: string;
}

function asConnection(command: Command, usual: string): Command {
  return withData(command)
    .option('--connection <connection>', 'whose key signs', usual)
    .option('--json', 'one JSON document on stdout', false);
}

const keyOf = ({ key }: Flags) => ({ idempotencyKey: key ?? randomUUID(), waitS: 10 });

const money = ({ amount, currency }: { readonly amount: string; readonly currency: string }) =>
  `${amount} ${currency}`;

function showPayment(payment: PaymentJson, { json }: Flags): void {
  if (json) return printJson(payment);
  const { id, state, debit, credit, problem } = payment;
  console.log(`${id}  ${state}  ${money(debit)} to ${money(credit)}`);
  if (problem !== undefined) console.log(`${problem.title} (${problem.code})`);
}

interface QuoteFlags extends Flags {
  readonly currency?: string;
  readonly fixed: string;
}

async function quote(alias: string, amount: string, flags: QuoteFlags): Promise<void> {
  const { currency, fixed } = flags;
  if (fixed !== 'debit' && fixed !== 'credit') {
    throw new CommandError(EXIT.usage, `${fixed} is no side`, 'debit or credit');
  }
  const client = await findConnection(flags.data, flags.connection);
  const wish = { payee: { alias }, amount: moneyOf(amount), fixed } as const;
  const made = await asking(() =>
    client.quote(currency === undefined ? wish : { ...wish, currency }),
  );
  if (flags.json) return printJson(made);
  console.log(`${made.id}  until ${made.expiresAt}`);
  console.log(`${money(made.debit)} leaves, of it ${money(made.fee)} are fees`);
  const rate = made.exchange;
  const by = rate === undefined ? '' : `, exchanged by ${rate.participantId} at ${rate.rate}`;
  console.log(`${money(made.credit)} reaches ${made.payee.name ?? made.payee.alias}${by}`);
}

interface RequestFlags extends Flags {
  readonly account: string;
  readonly note?: string;
}

/** Asks a payer: an order, and a collection of it at the payer's wallet. */
async function request(alias: string, amount: string, flags: RequestFlags): Promise<void> {
  const client = await findConnection(flags.data, flags.connection);
  const key = flags.key ?? randomUUID();
  const { account, note } = flags;
  const wish = {
    payee: { account },
    amount: moneyOf(amount),
    ...(note === undefined ? {} : { description: note }),
  };
  const payment = await asking(async () => {
    const order = await client.createOrder(wish, { idempotencyKey: key });
    return client.collect(order.id, alias, { idempotencyKey: key, waitS: 10 });
  });
  showPayment(payment, flags);
}

interface HoldFlags extends Flags {
  readonly account: string;
}

async function hold(alias: string, amount: string, flags: HoldFlags): Promise<void> {
  const client = await findConnection(flags.data, flags.connection);
  const payer = { account: flags.account };
  const wish = { payer, payee: { alias }, amount: moneyOf(amount), capture: 'manual' } as const;
  showPayment(await asking(() => client.pay(wish, keyOf(flags))), flags);
}

async function capture(id: string, flags: Flags & { readonly amount?: string }): Promise<void> {
  const client = await findConnection(flags.data, flags.connection);
  const body = flags.amount === undefined ? {} : { amount: moneyOf(flags.amount) };
  showPayment(await asking(() => client.capture(id, body, keyOf(flags))), flags);
}

function itemsOf(path: string): BulkItem[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CommandError(EXIT.usage, `${path} cannot be read`);
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, i) => {
      try {
        return bulkItemSchema.parse(JSON.parse(line));
      } catch {
        const like = '{"key":"wage-1","payer":…,"payee":{"alias":…},"amount":…}';
        throw new CommandError(EXIT.usage, `${path}: line ${i + 1} is no payment`, like);
      }
    });
}

async function bulk(file: string, flags: Flags): Promise<void> {
  const items = itemsOf(file);
  const client = await findConnection(flags.data, flags.connection);
  const refused: object[] = [];
  const beganMs = performance.now();
  const end = await asking(async () => {
    const told = client.bulk(items, { idempotencyKey: flags.key ?? randomUUID() });
    for (let done = 0; ; ) {
      const next = await told.next();
      if (next.done === true) return next.value;
      done += 1;
      if (next.value.problem !== undefined) refused.push(next.value);
      if (process.stderr.isTTY && done % 100 === 0) {
        const seconds = (performance.now() - beganMs) / 1_000;
        const left = ((items.length - done) * seconds) / done;
        const rate = `${Math.round(done / seconds)}/s, ${left.toFixed(0)} s left`;
        process.stderr.write(`\r${done} of ${items.length}, ${rate}  `);
      }
    }
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  const { bulkId, accepted, replayed } = end;
  if (flags.json) printJson({ bulkId, accepted, replayed, refused });
  else {
    console.log(`${accepted} accepted, ${replayed} known before, ${refused.length} refused`);
    for (const each of refused) console.log(JSON.stringify(each));
  }
  if (refused.length > 0) throw new CommandError(EXIT.failed, `${refused.length} were refused`);
}

async function tail(flags: Flags & { readonly after?: string; readonly count?: string }) {
  const client = await findConnection(flags.data, flags.connection);
  const ending = new AbortController();
  process.once('SIGINT', () => ending.abort());
  const countMax = flags.count === undefined ? Number.POSITIVE_INFINITY : Number(flags.count);
  const { after } = flags;
  const shared = { signal: ending.signal };
  const events: object[] = [];
  let seen = 0;
  for await (const event of client.events(
    after === undefined ? shared : { ...shared, lastEventId: after },
  )) {
    seen += 1;
    if (flags.json) events.push(event);
    else console.log(`${event.id}  ${event.at}  ${event.type}  ${event.paymentId ?? ''}`);
    if (seen >= countMax) break;
  }
  if (flags.json) printJson({ events });
}

export function registerNative(program: Command): void {
  asConnection(program.command('quote').description('fee, rate and receive amount'), 'alpha-native')
    .argument('<alias>', 'who is paid')
    .argument('<amount>', 'for example 10.00EUR')
    .option('--currency <code>', 'of the other side, where it is another')
    .option('--fixed <side>', 'which side the amount is: debit or credit', 'credit')
    .action(quote);
  asConnection(program.command('request').description('ask a payer for money'), 'bravo-native')
    .argument('<alias>', 'who is asked')
    .argument('<amount>', 'for example 25.00CNY')
    .option('--account <account>', 'who is to be paid', 'teahouse')
    .option('--note <text>', 'what for')
    .option('--key <key>', 'idempotency key')
    .action(request);
  asConnection(program.command('hold').description('reserve money for a payee'), 'alpha-native')
    .argument('<alias>', 'for whom')
    .argument('<amount>', 'for example 100.00CNY')
    .option('--account <account>', 'whose money', 'wangwei')
    .option('--key <key>', 'idempotency key')
    .action(hold);
  asConnection(program.command('capture').description('take what is on hold'), 'bravo-native')
    .argument('<payment>', 'its id')
    .option('--amount <amount>', 'a part of it; the rest is the payer’s again')
    .option('--key <key>', 'idempotency key')
    .action(capture);
  asConnection(program.command('bulk').description('pay a file in one call'), 'alpha-native')
    .argument('<file>', 'newline-delimited JSON, a payment per line, each with its key')
    .option('--key <key>', 'idempotency key of the whole')
    .action(bulk);
  const events = program.command('events').description('what happened to a participant’s payments');
  asConnection(events.command('tail').description('as they come'), 'alpha-native')
    .option('--after <event>', 'from after this event on; from now on without it')
    .option('--count <n>', 'end after so many')
    .action(tail);
  const aliases = program.command('aliases').description('how a participant’s people are found');
  asConnection(aliases.command('claim').description('lead an alias to an account'), 'alpha-native')
    .argument('<alias>')
    .argument('<account>')
    .option('--name <name>', 'as the participant has verified it')
    .action(async (alias: string, account: string, flags: Flags & { readonly name?: string }) => {
      const client = await findConnection(flags.data, flags.connection);
      const name = flags.name === undefined ? {} : { name: flags.name };
      const claimed = await asking(() => client.claimAlias({ alias, account, ...name }));
      if (flags.json) return printJson(claimed);
      console.log(`${claimed.alias}  ${claimed.account} at ${claimed.participantId}`);
    });
  asConnection(aliases.command('release').description('it leads nowhere then'), 'alpha-native')
    .argument('<alias>')
    .action(async (alias: string, flags: Flags) => {
      const client = await findConnection(flags.data, flags.connection);
      await asking(() => client.releaseAlias(alias));
      if (flags.json) printJson({ released: alias });
    });
}
