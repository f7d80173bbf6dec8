// A switch reduced to its hold on the embedded server, as a process of its own: tests kill it, stop
// it, or run it as another user. Says what it has in one line of JSON, then obeys words on stdin.
//   node test/setup/holder.process.ts <data folder>        words: stop, exit
import { createInterface } from 'node:readline';
import { startEmbedded } from '../../src/postgres/embedded.ts';
import { DatabaseFault } from '../../src/postgres/fault.ts';

const [, , dataDir = ''] = process.argv;
const say = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
// The terminal's Ctrl-C reaches the whole process group; the switch leaves in its own time.
process.on('SIGINT', () => {});

try {
  const server = await startEmbedded({ dataDir, log: { info: () => {}, warn: () => {} } });
  const { pid, adopted, url } = server;
  say({ pid, adopted, url });
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === 'exit') process.exit(0);
    if (word === 'stop') {
      await server.stop();
      break;
    }
  }
} catch (error) {
  const code = error instanceof DatabaseFault ? error.code : 'defect';
  say({ code, message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
