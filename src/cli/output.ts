// How commands speak: results on stdout, everything else on stderr; tables for people, one JSON
// document for programs. Colour only on a terminal, and never with NO_COLOR.
import { styleText } from 'node:util';

const coloured = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined;

type Style = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

export function paint(style: Style, text: string): string {
  return coloured ? styleText(style, text) : text;
}

export function printJson(value: unknown): void {
  const json = JSON.stringify(
    value,
    (_key, each: unknown) => (typeof each === 'bigint' ? each.toString() : each),
    2,
  );
  process.stdout.write(`${json}\n`);
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : pad(cell, widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [paint('dim', line(head)), ...rows.map(line)].join('\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Cells on a terminal: a Chinese character takes two. */
function width(text: string): number {
  let cells = 0;
  for (const char of text.replace(ESCAPES, '')) {
    const code = char.codePointAt(0) ?? 0;
    cells += code >= 0x1100 && code <= 0xffdc && !(code > 0x115f && code < 0x2e80) ? 2 : 1;
  }
  return cells;
}

function pad(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - width(text)));
}
