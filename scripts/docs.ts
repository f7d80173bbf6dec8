// `npm run docs`: writes every page that is made from the code. test/docs says when one is stale.
import { mkdirSync, writeFileSync } from 'node:fs';
import { apiPage } from './docs/api.ts';
import { cliPage } from './docs/cli.ts';
import { dialectsPage } from './docs/dialects.ts';
import { eventsPage } from './docs/events.ts';
import { problemsPage } from './docs/problems.ts';
import { livesPage } from './docs/states.ts';
import { statesPage } from './payment-states.ts';

/** Path below docs/, and what makes it. */
export const generatedPages: Readonly<Record<string, () => string | Promise<string>>> = {
  'reference/api.md': apiPage,
  'reference/problems.md': problemsPage,
  'reference/events.md': eventsPage,
  'reference/cli.md': cliPage,
  'reference/dialects.md': dialectsPage,
  'reference/states.md': livesPage,
  'concepts/payment-states.md': statesPage,
};

if (import.meta.main) {
  for (const [path, make] of Object.entries(generatedPages)) {
    const file = new URL(`../docs/${path}`, import.meta.url);
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, await make());
  }
  // pages whose makers write them alone
  await import('./payment-codes.ts');
}
