// Wraps comments at 100 columns in the files given, or in all sources: the formatter leaves
// comments alone, and the tidy test does not. Part of `npm run format`. Not for prose in Markdown,
// nor for comments after code.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const COLUMNS_MAX = 100;

/**
 * Indent and marker of a line that is only a comment; a list item or tag begins a paragraph of its
 * own.
 */
const COMMENT = /^(\s*(?:\/\/|\*(?!\/)|--) )(\s*)(\S.*)$/;
const STARTS_PARAGRAPH = /^(?:[-*•] |\d+[.)] |@\w|\||```)/;

const columns = (text: string) => Array.from(text).length;

/** Where to cut so that the first part fits: the last blank before the limit. */
function cut(line: string, prefix: string): [string, string] | undefined {
  const fits = Array.from(line)
    .slice(0, COLUMNS_MAX + 1)
    .join('');
  const at = fits.lastIndexOf(' ');
  return at <= prefix.length ? undefined : [line.slice(0, at).trimEnd(), line.slice(at + 1)];
}

/** `/** one line *\/` that is too long, as the block it has to become. */
function opened(line: string): string[] {
  const single = /^(\s*)\/\*\* (.*) \*\/$/.exec(line);
  if (single === null || columns(line) <= COLUMNS_MAX) return [line];
  const [, indent = '', text = ''] = single;
  return [`${indent}/**`, `${indent} * ${text}`, `${indent} */`];
}

/**
 * What `rest`, cut from a comment, makes of the line below: joined to its paragraph, or a line of
 * its own.
 */
function carry(rest: string, prefix: string, below: string | undefined): string[] {
  const [, marker = '', indent = '', text = ''] = COMMENT.exec(below ?? '') ?? [];
  const joins = `${marker}${indent}` === prefix && !STARTS_PARAGRAPH.test(text);
  if (joins) return [`${prefix}${rest} ${text}`];
  return below === undefined ? [`${prefix}${rest}`] : [`${prefix}${rest}`, below];
}

/** Moves what stands out at the end of a comment line to the next line of the same paragraph. */
function wrapComments(source: string): string {
  const pending = source.split('\n').flatMap(opened);
  const done: string[] = [];
  for (let line = pending.shift(); line !== undefined; line = pending.shift()) {
    const [, marker, indent = '', text = ''] = COMMENT.exec(line) ?? [];
    const prefix = `${marker ?? ''}${indent}`;
    const isLong = marker !== undefined && columns(line) > COLUMNS_MAX;
    const parts = isLong ? cut(line, prefix) : undefined;
    done.push(parts?.[0] ?? line);
    if (parts === undefined) continue;
    const hanging = text.startsWith('- ') ? `${prefix}  ` : prefix;
    pending.unshift(...carry(parts[1], hanging, pending.shift()));
  }
  return done.join('\n');
}

function sources(): string[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    encoding: 'utf8',
  });
  return listed.split('\n').filter((path) => /\.(ts|tsx|js|sql)$/.test(path) && existsSync(path));
}

if (import.meta.main) {
  const given = process.argv.slice(2);
  for (const path of given.length > 0 ? given : sources()) {
    const before = readFileSync(path, 'utf8');
    const after = wrapComments(before);
    if (after !== before) writeFileSync(path, after);
  }
}
