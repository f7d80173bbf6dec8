import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  belongsTo,
  cpuMicros,
  isRunning,
  serverCpuMicros,
  serverProcesses,
  stampOf,
} from './processes.ts';

test('a pid with another start time is another process', () => {
  const me = stampOf(process.pid);
  expect(me).toBeDefined();
  if (me === undefined) return;
  expect(isRunning(me)).toBe(true);
  expect(isRunning({ ...me, start: `${me.start}1` })).toBe(false);
});

test('nonsense and absent pids are nobody', () => {
  for (const pid of [0, -1, Number.NaN, 4_194_305]) expect(stampOf(pid)).toBeUndefined();
  expect(belongsTo(4_194_305, '/')).toBe('gone');
  expect(cpuMicros(4_194_305)).toBeUndefined();
});

test('a process that works in the folder and is no PostgreSQL is not the server', () => {
  expect(belongsTo(process.pid, process.cwd())).toBe('other');
});

test('the CPU time of work is found again, to within a fifth', () => {
  const before = cpuMicros(process.pid) ?? 0;
  const started = process.cpuUsage();
  while (process.cpuUsage(started).user + process.cpuUsage(started).system < 200_000);
  const used = (cpuMicros(process.pid) ?? 0) - before;
  expect(used).toBeGreaterThan(160_000);
  expect(used).toBeLessThan(240_000);
});

test('children are counted with their parent', async () => {
  const child = spawn('sleep', ['10'], { stdio: 'ignore' });
  expect(serverProcesses(process.pid)).toEqual(expect.arrayContaining([process.pid, child.pid]));
  child.kill();
  await once(child, 'exit');
  expect(serverProcesses(process.pid)).not.toContain(child.pid);
});

test('the work of a child that has ended is still counted', async () => {
  const before = serverCpuMicros(process.pid);
  const child = spawn(process.execPath, [
    '-e',
    'for (const t = Date.now(); Date.now() - t < 150; );',
  ]);
  await once(child, 'exit');
  expect(serverProcesses(process.pid)).not.toContain(child.pid);
  expect(serverCpuMicros(process.pid) - before).toBeGreaterThan(100_000);
});
