// A stop closes everything in order, waits no longer than it may, and says what stayed open.
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { createLifecycle } from './lifecycle.ts';

const opened = (deadlineMs = 1_000) => createLifecycle({ clock: systemClock, deadlineMs });

test('what was opened last is closed first, one after the other', async () => {
  const lifecycle = opened();
  const log: string[] = [];
  for (const name of ['database', 'journal', 'server']) {
    lifecycle.onStop(name, async () => {
      log.push(`${name} closing`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} closed`);
    });
  }
  const report = await lifecycle.stop();
  expect(report).toMatchObject({ closed: ['server', 'journal', 'database'], failed: [] });
  expect(log).toEqual([
    'server closing',
    'server closed',
    'journal closing',
    'journal closed',
    'database closing',
    'database closed',
  ]);
});

test('a closer that throws keeps no other from closing, and is named', async () => {
  const lifecycle = opened();
  const error = new Error('socket');
  lifecycle.onStop('database', () => undefined);
  lifecycle.onStop('server', () => {
    throw error;
  });
  expect(await lifecycle.stop()).toMatchObject({
    closed: ['database'],
    failed: [{ name: 'server', error }],
  });
});

test('a closer that never ends is left at the deadline, and the rest still get their turn', async () => {
  const lifecycle = opened(30);
  lifecycle.onStop('database', () => undefined);
  lifecycle.onStop('server', () => new Promise(() => undefined));
  const report = await lifecycle.stop();
  expect(report.closed).toEqual(['database']);
  expect(report.failed.map((each) => each.name)).toEqual(['server']);
  expect(report.tookMs).toBeLessThan(900);
});

test('two stops are one', async () => {
  const lifecycle = opened();
  let closes = 0;
  lifecycle.onStop('server', () => {
    closes += 1;
  });
  const [first, second] = await Promise.all([lifecycle.stop(), lifecycle.stop()]);
  expect(closes).toBe(1);
  expect(second).toEqual(first);
});

test('loops hear of the stop at once', async () => {
  const lifecycle = opened();
  expect(lifecycle.stopping).toBe(false);
  const done = lifecycle.stop();
  expect([lifecycle.stopping, lifecycle.signal.aborted]).toEqual([true, true]);
  await done;
});

test('what is opened after the stop is closed all the same', async () => {
  const lifecycle = opened();
  lifecycle.onStop('database', () => undefined);
  await lifecycle.stop();
  let closed = false;
  lifecycle.onStop('late', () => {
    closed = true;
  });
  expect(await lifecycle.stop()).toMatchObject({ closed: ['database', 'late'] });
  expect(closed).toBe(true);
});
