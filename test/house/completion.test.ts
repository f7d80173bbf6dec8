// What the shell offers is what there is: the scripts are made from the commands, and bash runs
// its.
import { spawnSync } from 'node:child_process';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { registerCompletion } from '../../src/cli/completion.command.ts';
import { registerSandbox } from '../../src/cli/sandbox.command.ts';

function scriptOf(shell: string): string {
  const program = new Command('hutong').exitOverride();
  registerSandbox(program);
  registerCompletion(program);
  let text = '';
  const written = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  program.parse(['node', 'hutong', 'completion', shell]);
  written.mockRestore();
  return text;
}

test.each([
  [
    ['hutong', ''],
    ['sandbox', 'completion', '--help'],
  ],
  [
    ['hutong', 'sandbox', ''],
    ['up', 'reset', 'clock', '--help'],
  ],
  [['hutong', 'sandbox', 'cl'], ['clock']],
  [
    ['hutong', 'sandbox', 'clock', '--'],
    ['--data', '--json', '--help'],
  ],
])('bash completes %j', (words, offered) => {
  const list = words.map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _hutong`;
  const script = `${scriptOf('bash')}\n${ask}; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n')).toEqual(offered);
});

test.each(['zsh', 'fish'])('%s is told every word, too', (shell) => {
  const script = scriptOf(shell);
  for (const word of ['sandbox', 'clock', 'reset', 'data']) expect(script).toContain(word);
});
