// docs/operating/backup-and-restore.md, done: the copy of a stopped data folder is the switch.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createWalletControl } from '../../src/sandbox/wallet-control.ts';
import { repositoryRoot } from '../house/source-tree.ts';
import { startRunningSwitch } from './running-switch.ts';

const launcher = join(repositoryRoot, 'bin/hutong.js');
const statusSchema = z.object({
  positions: z.array(z.looseObject({ participantId: z.string().optional() })),
});

test('a copied folder verifies, has every position, and goes on paying', async () => {
  const hutong = await startRunningSwitch();
  const folder = mkdtempSync(join(tmpdir(), 'hutong-backup-'));
  const copy = join(folder, 'copy');
  try {
    const pay = () => {
      const alpha = hutong.sandbox().wallets.find(({ participant }) => participant === 'alpha');
      if (alpha === undefined) throw new Error('no alpha');
      return createWalletControl(alpha).pay({
        account: 'wangwei',
        payee: { alias: 'phone:+8613900000002' },
        amount: { amount: '7.00', currency: 'CNY' },
      });
    };
    expect((await pay()).state).toBe('taken');
    const before = statusSchema.parse(hutong.command('status')).positions;
    await hutong.kill('SIGTERM');
    cpSync(hutong.data, copy, { recursive: true, preserveTimestamps: true });
    rmSync(hutong.data, { recursive: true, force: true });
    renameSync(copy, hutong.data);
    const verified = spawnSync(process.execPath, [launcher, 'verify', '--data', hutong.data], {
      encoding: 'utf8',
    });
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
    await hutong.start();
    expect(statusSchema.parse(hutong.command('status')).positions).toEqual(before);
    expect((await pay()).state).toBe('taken');
  } finally {
    await hutong.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 90_000);
