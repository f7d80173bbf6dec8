// docs/reference/dialects.md: what each dialect can, from its data, and its known gaps, from its
// README. A dialect without gaps written down has not looked for them.
import { readFileSync } from 'node:fs';
import { dialects } from '../../src/dialects/registry.ts';
import type { Capability } from '../../src/payments/port.ts';
import { code, madeFrom, page, table } from './markdown.ts';

const MEANING: Readonly<Record<Capability, string>> = {
  push: 'its payers pay by instructing, or its payees are credited',
  collect: 'its platform captures from the payer when asked',
  lookup: "a payee's side is asked who is behind an account",
  quote: "a payee's side is asked to agree to an amount",
  twoPhase: 'a credit is prepared first, and committed by the switch',
  refund: 'a payment is given back, in part or in full',
  inquiry: 'an unknown outcome can be asked after',
  statement: 'its books can be downloaded and compared',
  paymentCode: 'a code shown by the payer is taken',
  hold: 'a credit is kept for splits or a later release',
  notices: 'it is told when an order of its own was paid, or a refund completed',
};

function gapsOf(id: string): string {
  const readme = readFileSync(
    new URL(`../../src/dialects/${id}/README.md`, import.meta.url),
    'utf8',
  );
  const gaps = readme.split('## Known gaps\n')[1]?.split('\n## ')[0]?.trim();
  if (gaps === undefined || gaps === '') throw new Error(`${id} says nothing of its known gaps`);
  return gaps.replaceAll('](../../../', '](../../');
}

export function dialectsPage(): string {
  const capabilities = Object.entries(MEANING).map(([name, meaning]) => [
    code(name),
    meaning,
    ...dialects.map((each) => (each.capabilities.some((one) => one === name) ? '✓' : '—')),
  ]);
  return page(
    '# Dialects',
    madeFrom('src/dialects'),
    'A connection may be able to do less than its dialect: a shop of Alipay’s is credited, only ' +
      'a platform collects. `npx hutong matrix` pays every dialect from every other.',
    table(['capability', '', ...dialects.map(({ id }) => id)], capabilities),
    table(
      ['dialect', 'specification', 'transport'],
      dialects.map(({ id, specification: { name, version, url }, transports }) => [
        `[${id}](../../src/dialects/${id}/README.md)`,
        url.startsWith('http') ? `[${name} ${version}](${url})` : `${name} ${version} (${url})`,
        transports.join(', '),
      ]),
    ),
    ...dialects.flatMap(({ id, title }) => [`## Known gaps: ${title}`, gapsOf(id)]),
  );
}
