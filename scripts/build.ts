// Makes the two packages that are published, hutong and @hutong/sdk, as folders of plain JavaScript
// in dist/. The published tree keeps the checkout's shape, so that what finds a migration or the
// manifest here finds it there. Not for running from a checkout: Node runs the sources as they are.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const root = join(import.meta.dirname, '..');
const tsc = join(root, 'node_modules/typescript/bin/tsc');

const manifestSchema = z.record(z.string(), z.unknown());
type Manifest = z.infer<typeof manifestSchema>;

/** The fields that a user of a package needs; scripts and development dependencies stay behind. */
const PUBLISHED_FIELDS = [
  'name',
  'version',
  'description',
  'license',
  'type',
  'bin',
  'dependencies',
  'optionalDependencies',
];

/**
 * Nothing under node_modules is stripped of types, and no `node` package comes along: Node itself
 * must do.
 */
const ENGINES = { node: '>=26' };

/** Data that the sources read at run time: not tests' material, not the pages about a folder. */
function isAsset(path: string): boolean {
  return !/\.tsx?$|\.md$|\/(golden|fixtures|vectors|__snapshots__)(\/|$)/.test(path);
}

function readManifest(folder: string): Manifest {
  return manifestSchema.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')));
}

function writeManifest(folder: string, manifest: Manifest): void {
  const published = Object.entries(manifest).filter(([field]) => PUBLISHED_FIELDS.includes(field));
  const text = JSON.stringify({ ...Object.fromEntries(published), ...extras(manifest) }, null, 2);
  writeFileSync(join(folder, 'package.json'), `${text}\n`);
}

/**
 * The SDK's entry points, from `./src/x.ts` to `./x.js` with its types; it runs in browsers as
 * well.
 */
function extras(manifest: Manifest): Manifest {
  if (manifest['exports'] === undefined) return { engines: ENGINES };
  const sources = z.record(z.string(), z.string()).parse(manifest['exports']);
  const entries = Object.entries(sources).map(([name, source]) => {
    const stem = source.replace('./src/', './').replace(/\.ts$/, '');
    return [name, { types: `${stem}.d.ts`, default: `${stem}.js` }];
  });
  return { sideEffects: false, exports: Object.fromEntries(entries) };
}

function copyTexts(folder: string, names: readonly string[]): void {
  for (const name of names) cpSync(join(root, name), join(folder, name), { recursive: true });
}

/** Builds both packages as `<out>/hutong` and `<out>/sdk`, anew. Throws what the compiler says. */
export function build(out: string): { hutong: string; sdk: string } {
  const emitted = join(out, 'emitted');
  const hutong = join(out, 'hutong');
  const sdk = join(out, 'sdk');
  for (const folder of [emitted, hutong, sdk]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(hutong, { recursive: true });
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', emitted];
  execFileSync(process.execPath, [tsc, ...options], { cwd: root, stdio: 'inherit' });

  const isProgram = (path: string) => !path.endsWith('.d.ts');
  cpSync(join(emitted, 'src'), join(hutong, 'src'), { recursive: true, filter: isProgram });
  cpSync(join(root, 'src'), join(hutong, 'src'), { recursive: true, filter: isAsset });
  copyTexts(hutong, ['bin', 'LICENSE', 'NOTICE']);
  writeManifest(hutong, readManifest('.'));

  cpSync(join(emitted, 'sdk/src'), sdk, { recursive: true });
  copyTexts(sdk, ['LICENSE', 'NOTICE']);
  writeManifest(sdk, readManifest('sdk'));
  rmSync(emitted, { recursive: true });
  return { hutong, sdk };
}

if (import.meta.main) {
  const built = build(resolve(process.argv[2] ?? join(root, 'dist')));
  console.log(`${built.hutong}\n${built.sdk}`);
}
