// `npm run test:faults`: payments run all the time while switches, PostgreSQL and wallets are
// killed with SIGKILL, or the leader is paused, at a random moment. After every blow another leads
// within some seconds, everything becomes known and adds up: in each wallet's book, in PostgreSQL,
// and between them.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkRound } from './checks.ts';
import { startCluster, VICTIMS, type Victim } from './cluster.ts';
import { createLoad } from './load.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

/** A standby takes over 5 s after the last batch; the rest is loading, and a busy machine. */
const LED_AGAIN_WITHIN_MS = 8_000;
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const data = mkdtempSync(join(tmpdir(), 'hutong-faults-'));
const cluster = await startCluster(data);
const load = createLoad(cluster);
const victims = VICTIMS.filter((victim) => values.only === undefined || victim === values.only);

async function playRound(victim: Victim) {
  load.resume();
  const afterMs = randomInt(150, 1_000);
  await pause(afterMs);
  cluster.strike(victim);
  const ledAfterMs = Math.round(await cluster.recover());
  await pause(randomInt(50, 400));
  await load.pause();
  const startedMs = performance.now();
  const wrong = await checkRound(cluster, load);
  // PostgreSQL, or a program that has to be started, takes what it takes
  const isTakeOver = victim.includes('leader') && !victim.includes('PostgreSQL');
  if (isTakeOver && ledAfterMs > LED_AGAIN_WITHIN_MS) {
    wrong.push(`nobody led for ${ledAfterMs} ms`);
  }
  const knownAfterMs = Math.round(performance.now() - startedMs);
  return { victim, afterMs, ledAfterMs, knownAfterMs, ...load.counts(), wrong };
}

const rounds: object[] = [];
let ok = true;
try {
  for (let n = 0; n < Number(values.rounds) && ok; n += 1) {
    const round = await playRound(victims[n % victims.length] ?? 'leader');
    rounds.push({ round: n + 1, ...round });
    ok = round.wrong.length === 0;
    console.error(
      `round ${n + 1}: ${round.victim} after ${round.afterMs} ms; led again after ` +
        `${round.ledAfterMs} ms, all known after ${round.knownAfterMs} ms more; ${round.sent} ` +
        `payments so far, ${round.acknowledged} acknowledged, ${round.refused} refused, ` +
        `${round.unanswered} calls unanswered: ${ok ? 'ok' : `BROKEN: ${round.wrong.join('; ')}`}`,
    );
  }
} finally {
  await cluster.stop();
  if (ok) rmSync(data, { recursive: true, force: true });
  else console.error(`what is left of it is in ${data}`);
}
if (values.json) console.log(JSON.stringify({ ok, rounds }, null, 2));
process.exitCode = ok ? 0 : 1;
