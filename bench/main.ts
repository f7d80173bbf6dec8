// `npm run -s bench -- <name> [--json]`: runs one benchmark and prints what it measured. Results
// and what was rejected stand in docs/performance.md and beside the code they speak of.
import { parseArgs } from 'node:util';
import { runBulkBench } from './bulk/main.ts';
import { runE2eBench } from './e2e/main.ts';
import { runLedgerBench } from './ledger/main.ts';
import { runLookupBench } from './lookup/main.ts';

const BENCHES: Record<string, (flags: { hot: number; seconds: number }) => Promise<object>> = {
  ledger: ({ hot, seconds }) =>
    runLedgerBench({
      accounts: hot,
      inFlight: 1_000,
      durationMs: seconds * 1_000,
      naiveMs: (seconds * 1_000) / 3,
    }),
  bulk: ({ seconds }) => runBulkBench({ rounds: Math.max(1, Math.round(seconds / 2)) }),
  lookup: ({ seconds }) => runLookupBench({ durationMs: seconds * 1_000 }),
  e2e: ({ seconds }) => runE2eBench({ inFlight: 64, durationMs: seconds * 1_000 }),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    hot: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '8' },
  },
});

const bench = BENCHES[positionals[0] ?? ''];
if (bench === undefined) {
  console.error(`say which benchmark: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
const result = await bench({ hot: Number(values.hot), seconds: Number(values.seconds) });
if (values.json) console.log(JSON.stringify(result, null, 2));
else
  for (const [key, value] of Object.entries(result))
    console.log(`${key.padEnd(32)} ${String(value)}`);
