// Reads the repository's files for the structure and tidy tests, and takes imports and comments out
// of a source text. By text, not by a parser: the sources are formatted, so an import always looks
// the same.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Path from the repository's root, with `/` → text. */
export type SourceTree = ReadonlyMap<string, string>;

export const repositoryRoot = join(import.meta.dirname, '../..');

/**
 * All files that git tracks, or would if they were added: so an editor's new file is judged too.
 */
export function repositoryFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const exists = (path: string) => {
    const file = join(repositoryRoot, path);
    return existsSync(file) && statSync(file).isFile();
  };
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && exists(path)).sort();
}

/** The texts of the files whose path matches. */
export function readTree(matches: (path: string) => boolean): SourceTree {
  const paths = repositoryFiles().filter(matches);
  return new Map(paths.map((path) => [path, readFileSync(join(repositoryRoot, path), 'utf8')]));
}

/**
 * The text with every comment blanked out, lines kept. Strings and templates are passed over, so
 * that `//` in an address is no comment.
 */
export function withoutComments(text: string): string {
  const token =
    /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(token, (found) =>
    found.startsWith('//') || found.startsWith('/*') ? found.replace(/[^\n]/g, ' ') : found,
  );
}

const STATEMENT = /(?:^|\n)\s*(?:import|export)(\stype)?\s(?:[^'"`;]*?\sfrom\s)?\s*/;
const DYNAMIC = /\bimport\(\s*/;
const NAME = /['"]([^'"\n]+)['"]/.source;
const IMPORT = new RegExp(`${STATEMENT.source}${NAME}|${DYNAMIC.source}${NAME}`, 'g');

export interface SourceImport {
  /** As written. */
  readonly specifier: string;
  /** `import type`: gone when the program runs. */
  readonly isType: boolean;
}

/** What a source imports or re-exports. */
export function importsOf(text: string): SourceImport[] {
  return [...withoutComments(text).matchAll(IMPORT)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    isType: match[1] !== undefined,
  }));
}

/** A relative specifier seen from a file → path from the root. */
export function resolveRelative(fromPath: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(fromPath), specifier));
}
