// The committed example is what its script makes of the sandbox's scenario.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { examplePayouts } from '../../scripts/example-payouts.ts';
import { repositoryRoot } from './source-tree.ts';

test('examples/payouts.csv is up to date: node scripts/example-payouts.ts writes it', () => {
  const committed = readFileSync(join(repositoryRoot, 'examples/payouts.csv'), 'utf8');
  expect(committed).toBe(examplePayouts());
});
