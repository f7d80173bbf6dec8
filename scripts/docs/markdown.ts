// What generated pages are written with: tables, code, and the line that says who made them.
// Nothing here knows what a page is about.

const cell = (text: string) => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');

/** Text with a backtick or a bar is shown as HTML, where neither means anything. */
export const code = (text: string) =>
  /[`|]/.test(text)
    ? `<code>${text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/\|/g, '&#124;')}</code>`
    : `\`${text}\``;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

/** A page's blocks, an empty line between them. */
export const page = (...blocks: readonly string[]) =>
  `${blocks.filter((block) => block !== '').join('\n\n')}\n`;

export const madeFrom = (source: string) =>
  `Made from \`${source}\` by \`npm run docs\`; do not edit.`;

export const json = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
