#!/usr/bin/env node
// Starts Hutong on a Node that can run it. Plain JavaScript, because it must parse on an old Node,
// and because Node strips no types under node_modules. Not for commands: those are in src/cli.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const OLDEST_MAJOR = 26;
const EXIT_ENVIRONMENT = 3;

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

function majorOf(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10);
}

/** The program (sources in a checkout, JavaScript in a published package), or undefined. */
function programFile() {
  const compiled = join(packageFolder, 'src/cli/main.js');
  const source = join(packageFolder, 'src/cli/main.ts');
  return [compiled, source].find((file) => existsSync(file));
}

/** The binary of the `node` devDependency: here, or in a folder above where npm hoisted it. */
function newerNode() {
  const names =
    process.platform === 'win32'
      ? ['node/bin/node.exe', 'node/node.exe']
      : ['node/bin/node', '.bin/node'];
  for (let folder = packageFolder; ; folder = dirname(folder)) {
    for (const name of names) {
      const file = join(folder, 'node_modules', name);
      if (!existsSync(file)) continue;
      const asked = spawnSync(file, ['--version'], { encoding: 'utf8' });
      if (asked.status === 0 && majorOf(asked.stdout.trim()) >= OLDEST_MAJOR) return file;
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function refuse(what, mend) {
  process.stderr.write(`hutong: ${what}\n${mend.map((line) => `  ${line}\n`).join('')}`);
  process.exit(EXIT_ENVIRONMENT);
}

/** Runs the same command line on another Node; this process ends exactly as that one ends. */
function runOn(node) {
  const argv = [...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(node, argv, { stdio: 'inherit' });
  // A terminal sends Ctrl-C and Ctrl-\ to the whole process group: forwarding them as well would
  // make one keystroke two, and the second means "now" to a program that is stopping in good order.
  const fromTerminal = process.stdin.isTTY === true ? ['SIGINT', 'SIGQUIT'] : [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']) {
    process.on(signal, () => {
      if (!fromTerminal.includes(signal)) child.kill(signal);
    });
  }
  child.on('error', (error) =>
    refuse(`could not start ${node}: ${error.message}`, ['npm ci installs it again.']),
  );
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

const program = programFile();
if (program === undefined) {
  refuse(`this package has no program (src/cli/main) in ${packageFolder}`, [
    'In a checkout: git status shows what is missing.',
    'Installed: npm install it again.',
  ]);
} else if (majorOf(process.version) >= OLDEST_MAJOR) {
  await import(pathToFileURL(program).href);
} else {
  const node = newerNode();
  if (node === undefined) {
    refuse(`needs Node ${OLDEST_MAJOR} or newer; this is ${process.version}`, [
      'In a checkout: npm ci brings the right Node along, as the package `node`.',
      `Installed: npm install node@${OLDEST_MAJOR} beside it, or install Node ${OLDEST_MAJOR} from nodejs.org.`,
    ]);
  } else {
    runOn(node);
  }
}
