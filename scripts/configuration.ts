// Writes docs/reference/configuration.md from the settings themselves. A test says when the page is
// stale: `node scripts/configuration.ts` writes it anew.
import { mkdirSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { environmentName, metaOf } from '../src/runtime/configuration.ts';
import { settingsSchema } from '../src/runtime/settings.ts';

const PAGE = new URL('../docs/reference/configuration.md', import.meta.url);

const defaults: Readonly<Record<string, unknown>> = settingsSchema.parse({});

function valuesOf(field: z.ZodType): string {
  const inner = field instanceof z.ZodDefault ? field.def.innerType : field;
  if (inner instanceof z.ZodEnum) return inner.options.map((each) => `\`${each}\``).join(', ');
  const text = field.safeParse('?').error?.issues[0]?.message ?? '';
  return /^must (?:be|begin)/.test(text) ? text.replace(/^must be /, '') : 'text';
}

function row(setting: string, field: z.ZodType): string {
  const meta = metaOf(settingsSchema, setting);
  const isSecret = meta?.secret === true;
  const variables = [environmentName(setting), ...(meta?.environment ?? [])];
  const named = isSecret ? variables.flatMap((name) => [name, `${name}_FILE`]) : variables;
  const value = defaults[setting];
  const cells = [
    `\`${isSecret ? `${setting}File` : setting}\``,
    `${meta?.description ?? ''}${isSecret ? ' (secret)' : ''}`,
    isSecret ? 'the path of a file' : setting === 'tokens' ? 'list' : valuesOf(field),
    value === undefined ? '–' : `\`${JSON.stringify(value)}\``,
    named.map((name) => `\`${name}\``).join(' '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The whole page. */
export function configurationPage(): string {
  const rows = Object.entries(settingsSchema.shape).map(([setting, field]) => row(setting, field));
  return `# Settings

Made from \`src/runtime/settings.ts\` by \`node scripts/configuration.ts\`; do not edit.

A value is looked for in this order: flag of the command, environment, JSON file, default. The file
is the one named by \`--config\`, else \`hutong.config.json\` in the data folder. An empty variable
is an absent one. A name that is no setting is refused in the file, with the nearest name that is
one; as a variable \`HUTONG_…\` it is only warned of, since orchestrators set such variables
themselves.

Secrets come from the environment or from a file of their own with mode 0600 or 0400
(\`…_FILE\`, or the setting \`…File\`), never from a flag nor from the JSON file.

\`hutong config --show-origin\` shows each value and where it comes from, without secrets;
\`hutong config --check\` ends with 2 if the switch would not start with them.

| setting | what it does | values | default | environment |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

if (import.meta.main) {
  mkdirSync(new URL('.', PAGE), { recursive: true });
  writeFileSync(PAGE, configurationPage());
}
