// What came of a payment or a refund, in words and as an exit code.
import type { Paid } from '../sandbox/wallet-control.ts';
import { EXIT } from './exit.ts';
import { paint, printJson } from './output.ts';

const EXIT_OF = { taken: EXIT.ok, released: EXIT.refused, open: EXIT.tryAgain } as const;

/** Why no money moved, in plain words. */
export function reasonOf({ payment, problem, state }: Paid): string {
  if (state === 'open') return 'the outcome is not known yet: the wallet keeps asking';
  const why = problem ?? payment?.problem;
  if (why === undefined || why === null) return `the payment is ${payment?.state ?? 'unknown'}`;
  return why.title.replace(/\.$/, '');
}

export function printPaid(paid: Paid, asJson: boolean): void {
  process.exitCode = EXIT_OF[paid.state];
  if (asJson) return printJson(paid);
  const { payment, replayed, key } = paid;
  if (paid.state === 'taken' && payment !== null) {
    const { credit, debit, fee, payee, payer } = payment;
    const again = replayed ? ', and was so before: nothing was paid twice' : '';
    console.log(`${paint('green', payment.state)} ${payment.id}${again}`);
    console.log(
      `${credit.amount} ${credit.currency} to ${payee.name ?? ''} at ${payee.participantId}, ` +
        `${debit.amount} ${debit.currency} from ${payer.name ?? ''} at ${payer.participantId}, ` +
        `fee ${fee.amount}`,
    );
    return;
  }
  const colour = paid.state === 'open' ? 'yellow' : 'red';
  console.log(`${paint(colour, paid.state)} ${reasonOf(paid)}`);
  if (paid.problem !== null) console.log(paid.problem.suggestion);
  console.log(`key ${key}`);
}
