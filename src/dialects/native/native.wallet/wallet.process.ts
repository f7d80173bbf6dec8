// The simulated wallet as a program: `node wallet.process.ts <configuration file>`. Says in one
// line on stdout where it serves, then logs to stderr. Ends on SIGTERM, and when who started it is
// gone.
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logging.ts';
import { walletConfigSchema } from './wallet.config.ts';
import { startWallet } from './wallet.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('give the path of the configuration');
const config = walletConfigSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const log = createLogger({ level: 'warn', clock: systemClock }).child({
  wallet: config.participant,
});
const wallet = await startWallet(config, {
  log,
  onFailure(error) {
    log.error({ err: error }, 'the journal cannot be written');
    process.exit(1);
  },
});

let ending = false;
function end(): void {
  if (ending) return;
  ending = true;
  void wallet.stop().finally(() => process.exit(0));
}
process.once('SIGTERM', end);
process.once('SIGINT', end);
process.once('disconnect', end);

const { participant, address, controlAddress } = wallet;
process.stdout.write(`${JSON.stringify({ participant, address, controlAddress })}\n`);
