// The proof that dialects meet: `hutong matrix` as a user runs it, with the platforms' real client
// libraries in the shops.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dialects } from '../../src/dialects/registry.ts';
import { repositoryRoot } from '../house/source-tree.ts';

const CASES = ['payment', 'refund', 'duplicate', 'timeout', 'rejection'];

const matrixSchema = z.object({
  ok: z.boolean(),
  verified: z.boolean(),
  cells: z.array(
    z.object({
      payer: z.string(),
      payee: z.string(),
      case: z.string(),
      outcome: z.enum(['passed', 'failed', 'unsupported']),
      paymentId: z.string().nullable(),
      driver: z.enum(['real-client', 'wallet']),
      wrong: z.array(z.string()),
    }),
  ),
});

test('every dialect pays every other, is refunded, repeated, late and refused', {
  timeout: 180_000,
}, () => {
  const launcher = join(repositoryRoot, 'bin/hutong.js');
  const run = spawnSync(process.execPath, [launcher, 'matrix', '--json'], { encoding: 'utf8' });
  const { ok, verified, cells } = matrixSchema.parse(JSON.parse(run.stdout));
  expect(cells.flatMap((cell) => (cell.wrong.length > 0 ? [cell] : []))).toEqual([]);
  expect([run.status, ok, verified]).toEqual([0, true, true]);
  const ids = dialects.map(({ id }) => id);
  const wanted = ids.flatMap((payer) =>
    ids.flatMap((payee) => CASES.map((which) => `${payer} ${payee} ${which}`)),
  );
  expect(cells.map((cell) => `${cell.payer} ${cell.payee} ${cell.case}`)).toEqual(wanted);
  // wherever a platform has a client library of its own, that is who asks
  const byHand = cells.filter(({ driver, payee }) => driver === 'wallet' && payee !== 'native');
  expect(byHand).toEqual([]);
});
