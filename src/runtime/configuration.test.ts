// A setting comes from where its origin says, secrets from where nobody looks, mistakes stop a
// start.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ConfigurationSources,
  describeOrigin,
  environmentName,
  flagName,
  loadConfiguration,
  metaOf,
} from './configuration.ts';
import { settingsSchema } from './settings.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hutong-configuration-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function secretFile(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function values(sources: ConfigurationSources) {
  const loaded = loadConfiguration(settingsSchema, sources);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  return loaded.configuration;
}

function faults(sources: ConfigurationSources): string[] {
  const loaded = loadConfiguration(settingsSchema, sources);
  if (loaded.ok) return [];
  return loaded.faults.map(
    (each) => `${each.setting} (${describeOrigin(each.origin)}) ${each.message}`,
  );
}

const file = (content: unknown) => ({ path: 'hutong.json', content });

test('without any source the switch listens on loopback, in the sandbox', () => {
  const { values: defaults, origins, warnings } = values({});
  expect(defaults).toMatchObject({
    mode: 'sandbox',
    dataFolder: '.hutong',
    listenHost: '127.0.0.1',
    listenPort: 8_080,
    tokens: [],
    logLevel: 'info',
    bodyBytesMax: 262_144,
    stopDeadlineMs: 10_000,
  });
  expect([...origins.values()].every((origin) => origin.kind === 'default')).toBe(true);
  expect(warnings).toEqual([]);
});

describe('the nearer source wins, and the value remembers it', () => {
  const flags = { listenPort: '1' };
  const environment = { HUTONG_LISTEN_PORT: '2' };
  const content = file({ listenPort: 3 });
  test.each<[ConfigurationSources, number, string]>([
    [{ flags, environment, file: content }, 1, '--port'],
    [{ environment, file: content }, 2, 'HUTONG_LISTEN_PORT'],
    [{ flags: { listenPort: undefined }, file: content }, 3, 'hutong.json'],
    [{ environment: { HUTONG_LISTEN_PORT: '' }, file: content }, 3, 'hutong.json'],
    [{}, 8_080, 'default'],
  ])('%j', (sources, port, origin) => {
    const { values: found, origins } = values(sources);
    expect(found.listenPort).toBe(port);
    const from = origins.get('listenPort');
    expect(from && describeOrigin(from)).toBe(origin);
  });
});

describe('a secret', () => {
  const url = 'postgres://hutong:pw@db/hutong';

  test('comes from the environment', () => {
    expect(values({ environment: { HUTONG_DATABASE_URL: url } }).values.databaseUrl).toBe(url);
    expect(values({ environment: { DATABASE_URL: url } }).values.databaseUrl).toBe(url);
  });

  test.each(['flag', 'environment', 'file'])('comes from a file that a %s names', (kind) => {
    const path = secretFile('url', `${url}\n`);
    const { values: found, origins } = values({
      ...(kind === 'flag' ? { flags: { databaseUrlFile: path } } : {}),
      ...(kind === 'environment' ? { environment: { HUTONG_DATABASE_URL_FILE: path } } : {}),
      ...(kind === 'file' ? { file: file({ databaseUrlFile: path }) } : {}),
    });
    expect(found.databaseUrl).toBe(url);
    expect(origins.get('databaseUrl')).toMatchObject({ kind: 'secret_file', path });
  });

  test('is refused on the command line and in the configuration file', () => {
    const advice = 'is a secret: set HUTONG_DATABASE_URL_FILE or HUTONG_DATABASE_URL instead';
    expect(faults({ flags: { databaseUrl: url } })).toEqual([
      `databaseUrl (--database-url) ${advice}`,
    ]);
    expect(faults({ file: file({ databaseUrl: url }) })).toEqual([
      `databaseUrl (hutong.json) ${advice}`,
    ]);
  });

  test('is refused when its file is open to others', () => {
    const path = secretFile('open', url, 0o644);
    expect(faults({ environment: { HUTONG_DATABASE_URL_FILE: path } })).toEqual([
      `databaseUrl (HUTONG_DATABASE_URL_FILE) ${path} is open to others (mode 0644): chmod 600 ${path}`,
    ]);
  });

  test('is refused when given twice: nobody could say which one is meant', () => {
    const environment = { HUTONG_DATABASE_URL: url, HUTONG_DATABASE_URL_FILE: '/nowhere' };
    expect(faults({ environment })).toEqual([
      'databaseUrl (HUTONG_DATABASE_URL) is given twice, as itself and as a file: unset one',
    ]);
  });

  test('is not repeated in the message that refuses it', () => {
    const wrong = faults({ environment: { HUTONG_DATABASE_URL: 'mysql://hunter2' } });
    expect(wrong).toEqual(['databaseUrl (HUTONG_DATABASE_URL) must begin with postgres://']);
  });
});

describe('a mistake stops the start and is named with its place', () => {
  const port = 'must be a whole number from 0 to 65535';
  test.each<[string, ConfigurationSources, string[]]>([
    ['a word', { flags: { listenPort: 'http' } }, [`listenPort (--port) ${port}`]],
    ['a fraction', { file: file({ listenPort: 80.5 }) }, [`listenPort (hutong.json) ${port}`]],
    ['an exponent', { flags: { listenPort: '1e3' } }, [`listenPort (--port) ${port}`]],
    [
      'a space',
      { environment: { HUTONG_LISTEN_PORT: ' ' } },
      [`listenPort (HUTONG_LISTEN_PORT) ${port}`],
    ],
    ['too much', { flags: { listenPort: 65_536 } }, [`listenPort (--port) ${port}`]],
    [
      'a typing error',
      { file: file({ listenprot: 1 }) },
      ['listenprot (hutong.json) is no setting; did you mean listenPort?'],
    ],
    ['an unknown flag', { flags: { speed: 1 } }, ['speed (--speed) is no setting']],
    ['a list', { file: file([]) }, ['hutong.json (hutong.json) must hold one JSON object']],
  ])('%s', (_, sources, expected) => {
    expect(faults(sources)).toEqual(expected);
  });

  test('all mistakes are told at once', () => {
    expect(
      faults({ flags: { listenPort: 'x', bodyBytesMax: '1' }, file: file({ no: 1 }) }),
    ).toHaveLength(3);
  });
});

test('a foreign HUTONG_ variable is told, not refused: Kubernetes sets some', () => {
  const { warnings } = values({ environment: { HUTONG_SERVICE_HOST: '10.0.0.1', PATH: '/bin' } });
  expect(warnings.map((each) => each.setting)).toEqual(['HUTONG_SERVICE_HOST']);
});

test.each([
  { tokens: 'USDC:6,GAS:9' },
  {
    tokens: [
      { code: 'USDC', exponent: 6 },
      { code: 'GAS', exponent: 9 },
    ],
  },
])('tokens are a text on the command line and a list in the file: %j', (flags) => {
  expect(values({ flags }).values.tokens).toEqual([
    { code: 'USDC', exponent: 6 },
    { code: 'GAS', exponent: 9 },
  ]);
});

test('every setting says what it is for', () => {
  for (const setting of Object.keys(settingsSchema.shape)) {
    expect(metaOf(settingsSchema, setting)?.description).toMatch(/^.{20,120}$/);
  }
  expect(environmentName('listenPort')).toBe('HUTONG_LISTEN_PORT');
  expect(flagName('listenPort')).toBe('--listen-port');
});
