// `hutong qr`: the group of commands for payment codes. They need no switch: a code is read and
// written by computation alone.
import type { Command } from 'commander';
import { registerQrPoster } from './qr-poster.command.ts';
import { registerQrRead } from './qr-read.command.ts';
import { registerQrWrite } from './qr-write.command.ts';

export function registerQr(program: Command): void {
  const group = program.command('qr').description('read, write and print payment codes');
  registerQrRead(group);
  registerQrWrite(group);
  registerQrPoster(group);
}
