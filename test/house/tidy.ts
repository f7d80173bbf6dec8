// What a file must look like, as checks of one file each: size, names, first comment, nothing left
// behind. Not for what the formatter (Biome) and the linter (oxlint: function length among others)
// already see.
import { posix } from 'node:path';

/**
 * A check says what is wrong with a file, as `path:line: what` or `path: what`; nothing if all is
 * well.
 */
export type Check = (path: string, text: string) => string[];

export const FILE_LINES_MAX = 400;
export const LINE_COLUMNS_MAX = 100;

/** Tables that are one noun and one page long for their subject, not for their author. */
const longTables: Readonly<Record<string, string>> = {
  'src/problems/texts.en.ts': 'one entry per problem',
  'src/problems/texts.zh.ts': 'one entry per problem',
};

const isTypeScript = (path: string) => path.endsWith('.ts') || path.endsWith('.tsx');
const isCode = (path: string) => isTypeScript(path) || /\.(js|mjs|sql)$/.test(path);

function eachLine(path: string, text: string, judge: (line: string) => string | undefined) {
  return text.split('\n').flatMap((line, index) => {
    const wrong = judge(line);
    return wrong === undefined ? [] : [`${path}:${index + 1}: ${wrong}`];
  });
}

/** Lines that carry code or words; the last newline ends a line and begins none. */
export const fileLength: Check = (path, text) => {
  const lines = text.replace(/\n$/, '').split('\n').length;
  if (!isCode(path) || lines <= FILE_LINES_MAX || longTables[path] !== undefined) return [];
  return [`${path}: ${lines} lines, more than ${FILE_LINES_MAX}`];
};

/**
 * A web address or long word; a line that is one literal; a test's title, which the formatter
 * keeps.
 */
const UNBREAKABLE = [
  /https?:\/\/\S+|[^\s'"`]{60,}/,
  /^\s*(?:\w+: |\[)?(['"`]).*\1[\],;)]*$/,
  /^\s*(?:test|it|describe)[\w.]*\(/,
];

/** Counts characters, not bytes. */
export const lineLength: Check = (path, text) => {
  if (!isCode(path)) return [];
  return eachLine(path, text, (line) => {
    const unbreakable = UNBREAKABLE.some((pattern) => pattern.test(line));
    const columns = [...line].length;
    return columns > LINE_COLUMNS_MAX && !unbreakable ? `${columns} columns` : undefined;
  });
};

const KEBAB = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
const BANNED = new Set([
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'manager',
  'managers',
  'misc',
]);

/**
 * Names say what a thing is. Only for code: README, LICENSE and their like keep their customary
 * names.
 */
export const fileName: Check = (path) => {
  if (!isCode(path)) return [];
  const kebab = KEBAB.test(posix.basename(path)) ? [] : [`${path}: not kebab-case`];
  const banned = path.split(/[/.-]/).filter((word) => BANNED.has(word));
  return [...kebab, ...banned.map((word) => `${path}: '${word}' names nothing`)];
};

/** Exported names: a `PaymentManager` or `dateUtils` says as little as a folder of that name. */
export const exportedName: Check = (path, text) => {
  if (!isTypeScript(path)) return [];
  const exported =
    /^export (?:default |abstract |async )*(?:class|const|function|interface|type)\*? (\w+)/;
  return eachLine(path, text, (line) => {
    const name = exported.exec(line)?.[1] ?? '';
    return /(?:Manager|Utils?|Helpers?)$/.test(name) ? `'${name}' names nothing` : undefined;
  });
};

/** The first thing in a file is what it is for. A test says it with its first sentence. */
export const firstComment: Check = (path, text) => {
  if (!isCode(path) || path.endsWith('.test.ts')) return [];
  const first = text.split('\n').find((line) => !line.startsWith('#!')) ?? '';
  return /^(\/\/|\/\*|--)/.test(first) ? [] : [`${path}: does not begin with a comment`];
};

/** Put together so that it does not find itself. */
const UNFINISHED = new RegExp(`\\b(?:TO${'DO'}|FIX${'ME'})\\b`);

/** Work that is not done belongs into the list of known gaps, where readers see it. */
export const unfinished: Check = (path, text) => {
  if (!isCode(path)) return [];
  return eachLine(path, text, (line) => UNFINISHED.exec(line)?.[0]);
};

/**
 * A test that is left out says why: a comment on its line or the one above, the named condition of
 * `skipIf`, or the reason given to `context.skip`. One that runs alone is never committed.
 */
export const leftOutTests: Check = (path, text) => {
  if (!path.endsWith('.test.ts')) return [];
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const at = `${path}:${index + 1}`;
    if (/\b(test|it|describe)(?:\.\w+)*\.only\b/.test(line)) return [`${at}: only this test runs`];
    const suite = /\b(test|it|describe)(?:\.\w+)*\.(skip|skipIf|runIf|todo|fails)\((?!!?\w)/.test(
      line,
    );
    const within = /\bskip\(/.test(line) && !suite;
    const commented = line.includes('//') || /^\s*(\/\/|\*)/.test(lines[index - 1] ?? '');
    const reasoned = commented || (within && /\bskip\(.*['"`]/.test(line));
    return (suite || within) && !reasoned ? [`${at}: left out without a reason`] : [];
  });
};

/**
 * Names of package registries and of folders on one person's machine: both would bind the
 * repository to where it was written.
 */
export const machineNames: Check = (path, text) => {
  if (path === 'package-lock.json') return [];
  const registry = /\bregistry\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:org|com|net|cn|io|dev|internal)\b/i;
  const folder = /(?<![\w.:/-])\/(?:work|root|Users|home\/(?!node\b))\/?[\w.-]+/;
  return eachLine(path, text, (line) => registry.exec(line)?.[0] ?? folder.exec(line)?.[0]);
};

/** All checks of one file, with the sentence each proves. */
export const checks: readonly (readonly [string, Check])[] = [
  [`no file is longer than ${FILE_LINES_MAX} lines`, fileLength],
  [`no line is longer than ${LINE_COLUMNS_MAX} columns`, lineLength],
  ['files are named in kebab-case, for what they are', fileName],
  ['nothing exported is a manager or a helper', exportedName],
  ['every file begins with what it is for', firstComment],
  ['nothing is left to do in a comment', unfinished],
  ['a test that is left out says why', leftOutTests],
  ['no registry host, no path of one machine', machineNames],
];
