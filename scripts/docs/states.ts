// docs/reference/states.md: the lives of what is not a payment, from the transitions the machines
// obey. Payments and orders have a page of their own: scripts/payment-states.ts.
import { STATUS_TRANSITIONS } from '../../src/participants/participant.ts';
import { madeFrom, page, table } from './markdown.ts';

interface Way {
  readonly from: string | null;
  readonly to: string;
  readonly on: string;
}

function life(title: string, ways: readonly Way[], ends: readonly string[]): string {
  const drawn = ways.map(({ from, to }) => `  ${from ?? '[*]'} --> ${to}`);
  const over = ends.map((end) => `  ${end} --> [*]`);
  return page(
    `## ${title}`,
    ['```mermaid', 'stateDiagram-v2', ...drawn, ...over, '```'].join('\n'),
    table(
      ['from', 'to', 'when'],
      ways.map(({ from, to, on }) => [from ?? '(new)', to, on]),
    ),
  ).trimEnd();
}

export function livesPage(): string {
  return page(
    '# States',
    madeFrom('src/participants/participant.ts'),
    'Payments and orders: [their own page](../concepts/payment-states.md).',
    life('Participant', STATUS_TRANSITIONS, ['closed']),
  );
}
