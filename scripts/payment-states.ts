// Draws docs/concepts/payment-states.md from the transitions the engine obeys. A test says when the
// page is stale: `node scripts/payment-states.ts` writes it anew.
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  ORDER_TRANSITIONS,
  PAYMENT_TRANSITIONS,
  type Transition,
} from '../src/payments/payment.states.ts';
import { END_STATES } from '../src/payments/payment.ts';

const PAGE = new URL('../docs/concepts/payment-states.md', import.meta.url);

/** Where a state can only be reached by a collect: the two diagrams share the others. */
const COLLECT_ONLY = new Set(['awaiting_payer', 'closing', 'paid_in', 'returning', 'returned']);

function diagram(list: readonly Transition<string>[], ends: readonly string[]): string {
  const ways = list.map(({ from, to }) => `  ${from ?? '[*]'} --> ${to}`);
  const states = new Set(list.map((t) => t.to));
  const over = ends.filter((end) => states.has(end)).map((end) => `  ${end} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', ...ways, ...over, '```'].join('\n');
}

function table(list: readonly Transition<string>[]): string {
  const rows = list.map(({ from, to, on }) => `| ${from ?? '(new)'} | ${to} | ${on} |`);
  return ['| from | to | when |', '|---|---|---|', ...rows].join('\n');
}

const isCollect = ({ from, to }: Transition<string>) =>
  COLLECT_ONLY.has(to) || (from !== null && COLLECT_ONLY.has(from));

const push = PAYMENT_TRANSITIONS.filter((t) => !isCollect(t));
const collect = PAYMENT_TRANSITIONS.filter(
  (t) => isCollect(t) || t.from === 'held' || t.to === 'held' || way(t) === 'delivering>completed',
).filter((t) => t.to !== 'reserved' && way(t) !== 'held>delivering');

function way({ from, to }: Transition<string>): string {
  return `${from ?? ''}>${to}`;
}

/** The whole page. */
export function statesPage(): string {
  return `# The states of a payment and an order

Made from \`src/payments/payment.states.ts\` by \`node scripts/payment-states.ts\`; do not edit. The
engine moves a payment along these ways alone, and PostgreSQL checks each of them again
(\`payments_transition\`, \`orders_transition\`).

A payment ends exactly once: ${END_STATES.map((end) => `\`${end}\``).join(', ')}. No way
leads out of an end.

## Push: the payer's wallet holds the money and instructs

The amount is reserved from payer to payee in the commit that makes the payment, and posted when the
payee's side confirms. An unknown answer leaves it \`delivering\`, in doubt, with everything
reserved.
\`reserved\` is kept for payees with two phases and for captures in part; no command uses it yet.

${diagram(push, END_STATES)}

${table(push)}

## Collect: the payee asks, the payer's platform captures first

The amount is reserved from payer to transit before the payer's platform is asked. The capture posts
it to transit; from there it reaches the payee, or goes back. An attempt ends only when the platform
has confirmed it closed; a capture after that opens a payment of kind \`return\`, which begins as
\`returning\` and is linked to the one that had ended.

${diagram(collect, END_STATES)}

${table(collect)}

## Orders: many attempts, one winner

A push claims its order when it is reserved, a collect when it is captured. The attempts that still
wait for their payers are closed then; one that is captured all the same is returned by itself.

${diagram(ORDER_TRANSITIONS, ['paid', 'closed'])}

${table(ORDER_TRANSITIONS)}
`;
}

if (import.meta.main) {
  mkdirSync(new URL('.', PAGE), { recursive: true });
  writeFileSync(PAGE, statesPage());
}
