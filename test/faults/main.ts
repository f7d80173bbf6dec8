// `npm run test:faults`: payments run all the time while the switch, PostgreSQL and wallets are
// killed with SIGKILL, one or two per round at a random moment. After every round everything must
// be known and add up: in each wallet's book, in the switch's database, and between them.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRound } from './checks.ts';
import { createLoad } from './load.ts';
import { createSwitchUnderTest } from './switch.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
});

const VICTIMS = ['switch', 'payer wallet', 'payee wallet', 'postgres', 'switch and payee wallet'];

const data = mkdtempSync(join(tmpdir(), 'hutong-faults-'));
const hutong = createSwitchUnderTest(data);
const rounds: object[] = [];
let ok = true;
try {
  await hutong.start();
  const load = createLoad(hutong);
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const victim = VICTIMS[round % VICTIMS.length] ?? '';
    load.resume();
    const afterMs = randomInt(150, 1_000);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await hutong.kill(victim);
    await new Promise((resolve) => setTimeout(resolve, randomInt(50, 400)));
    const startedMs = performance.now();
    const isRestarted = await hutong.recover();
    await load.pause();
    const wrong = await checkRound(hutong, load.intents());
    const recoveredMs = Math.round(performance.now() - startedMs);
    const { sent, refused, unanswered } = load.counts();
    rounds.push({
      round: round + 1,
      victim,
      afterMs,
      recoveredMs,
      isRestarted,
      sent,
      refused,
      wrong,
    });
    const verdict = wrong.length === 0 ? 'ok' : `BROKEN: ${wrong.join('; ')}`;
    console.error(
      `round ${round + 1}: ${victim} killed after ${afterMs} ms, all known again after ` +
        `${recoveredMs} ms${isRestarted ? ', switch restarted' : ''}; ${sent} payments so far, ` +
        `${refused} refused, ${unanswered} calls without an answer: ${verdict}`,
    );
    if (wrong.length > 0) {
      ok = false;
      break;
    }
  }
} finally {
  await hutong.stop();
  if (ok) rmSync(data, { recursive: true, force: true });
  else console.error(`what is left of it is in ${data}`);
}
if (values.json) console.log(JSON.stringify({ ok, rounds }, null, 2));
process.exitCode = ok ? 0 : 1;
