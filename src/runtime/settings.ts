// Everything that can be set, with its default. How values are found is configuration.ts.
// A value arrives as text (flag, environment) or as JSON (file); both are understood.
import { z } from 'zod';
import { type SettingMeta, settingMetas } from './configuration.ts';

/** A whole number: `8080` or `"8080"`, not `""`, `1e3` or ` 8 `. */
function whole(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  const number = z.int(error).min(min, error).max(max, error);
  const text = z.string().regex(/^(0|[1-9][0-9]{0,14})$/, error);
  return z.union([number, text.transform(Number).pipe(number)], error);
}

function setting<T extends z.ZodType>(schema: T, meta: SettingMeta): T {
  settingMetas.add(schema, meta);
  return schema;
}

const tokenAsset = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9]{2,11}$/),
  exponent: z.int().min(0).max(9),
});

/** `USDC:6,USDT:6` → the same as the JSON list of the file. */
const tokenText = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{2,11}:[0-9](,[A-Z][A-Z0-9]{2,11}:[0-9])*$/)
  .transform((text) =>
    text.split(',').map((each) => {
      const [code = '', exponent = ''] = each.split(':');
      return { code, exponent: Number(exponent) };
    }),
  );

export const settingsSchema = z.object({
  mode: setting(z.enum(['sandbox', 'production']).default('sandbox'), {
    description: 'sandbox allows simulated wallets and test keys; production refuses them',
  }),
  dataFolder: setting(z.string().min(1).max(400).default('.hutong'), {
    description: 'where the key-encryption key and, without a database URL, PostgreSQL live',
    flag: '--data',
  }),
  databaseUrl: setting(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres://')
      .optional(),
    {
      description: 'an external PostgreSQL; required in production',
      secret: true,
      environment: ['DATABASE_URL'],
    },
  ),
  kek: setting(z.string().min(43).max(64).optional(), {
    description:
      'the key-encryption key, 32 bytes as hex or base64; else a file in the data folder',
    secret: true,
  }),
  listenHost: setting(z.string().min(1).max(255).default('127.0.0.1'), {
    description: 'the address to listen on; loopback unless told otherwise',
    flag: '--host',
  }),
  listenPort: setting(whole(0, 65_535).default(8_080), {
    description: 'the port to listen on; 0 takes a free one',
    flag: '--port',
  }),
  publicUrl: setting(z.url({ protocol: /^https?$/ }).optional(), {
    description: 'the address under which participants reach the switch; signatures cover it',
  }),
  tokens: setting(z.union([z.array(tokenAsset), tokenText]).default([]), {
    description: 'token assets of the scheme: code and exponent, USDC:6',
  }),
  logLevel: setting(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    { description: 'the least severe level that is logged' },
  ),
  logTo: setting(z.enum(['both', 'file', 'stderr']).default('both'), {
    description: 'where the log goes: logs/switch.log in the data folder, stderr, or both',
  }),
  logFileBytesMax: setting(whole(65_536, 1_073_741_824).default(16_777_216), {
    description: 'the log file is put aside as switch.log.1 to .4 when it is larger, in bytes',
  }),
  metricsHost: setting(z.string().min(1).max(255).default('127.0.0.1'), {
    description: 'the address on which metrics are served; loopback unless told otherwise',
  }),
  metricsPort: setting(whole(0, 65_535).optional(), {
    description: 'the port of GET /metrics, apart from the public one; no metrics when absent',
  }),
  tracingModule: setting(z.string().min(1).max(400).optional(), {
    description: 'a module that sets up an OpenTelemetry SDK; no traces when absent',
  }),
  connectionsMax: setting(whole(1, 65_535).default(4_096), {
    description: 'client connections at once; further ones are closed as they come',
  }),
  requestsMax: setting(whole(1, 65_535).default(4_096), {
    description: 'requests under way at once; further ones are told to come again (503)',
  }),
  requestsPerConnectionMax: setting(whole(0, 1_000_000).default(0), {
    description: 'a connection is closed after so many requests, to spread load; 0: never',
  }),
  requestsPerSecondMax: setting(whole(1, 1_000_000).default(10_000), {
    description: 'requests of one connection in a second; further ones are told to wait (429)',
  }),
  headersTimeoutMs: setting(whole(100, 120_000).default(10_000), {
    description: 'until a request’s headers have arrived, in milliseconds',
  }),
  requestTimeoutMs: setting(whole(100, 600_000).default(30_000), {
    description: 'until a whole request has arrived, in milliseconds',
  }),
  bodyBytesMax: setting(whole(1_024, 16_777_216).default(262_144), {
    description: 'the largest body that is read, in bytes',
  }),
  drainMs: setting(whole(0, 120_000).default(0), {
    description:
      'a stop first says unready for so long, still taking requests, in milliseconds: a load balancer’s time to notice',
  }),
  stopDeadlineMs: setting(whole(0, 600_000).default(10_000), {
    description: 'how long a stop may take, in milliseconds',
  }),
});
export type Settings = z.output<typeof settingsSchema>;
