// The simulated WeChat Pay as a program: `node wechatpay.process.ts <configuration file>`. Says in
// one line on stdout where it serves, then logs to stderr. Ends on SIGTERM, and when who started it
// is gone.
import { readFileSync } from 'node:fs';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logging.ts';
import { platformConfigSchema } from './platform.config.ts';
import { createWechatpayPlatform } from './platform.ts';

const file = process.argv[2];
if (file === undefined) throw new Error('give the path of the configuration');
const config = platformConfigSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
const log = createLogger({ level: 'warn', clock: systemClock }).child({ platform: 'wechatpay' });
const platform = await createWechatpayPlatform(config, {
  clock: systemClock,
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
  void platform.stop().finally(() => process.exit(0));
}
process.once('SIGTERM', end);
process.once('SIGINT', end);
process.once('disconnect', end);

const { address, controlAddress } = platform;
process.stdout.write(`${JSON.stringify({ address, controlAddress })}\n`);
