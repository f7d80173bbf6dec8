// The files of a new dialect: they compile, say what belongs where, and come with a test that fails
// until the first message is translated.

const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function dialectFile(name: string, type: string): string {
  return `// ${type}: what it is and what it can do. A line in registry.ts makes it known.
import { defineDialect } from '../dialect.ts';
import { create${type}Connector, ${name}Capabilities } from './${name}.connector.ts';
import { type ${type}Deps, type ${type}Settings, ${name}SettingsSchema } from './${name}.deps.ts';

export const ${name}Dialect = defineDialect<${type}Settings, ${type}Deps>({
  id: '${name}',
  title: '${type}',
  specification: { name: '${type}', version: '1', url: 'https://example.org' },
  capabilities: ${name}Capabilities,
  settings: ${name}SettingsSchema,
  transports: ['http'],
  // what participants call: verify on the raw request, make a command, word the answer
  inbound: () => [],
  connector: create${type}Connector,
});
`;
}

function depsFile(name: string, type: string): string {
  return `// What the ${name} dialect needs besides what every dialect is given, and what its
// connections configure.
import { z } from 'zod';
import type { HttpClient } from '../../wire/index.ts';
import type { DialectDeps } from '../dialect.ts';

export interface ${type}Deps extends DialectDeps {
  readonly http: HttpClient;
}

export const ${name}SettingsSchema = z.strictObject({
  /** How long the other side may take to answer; then the switch inquires. */
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});
export type ${type}Settings = z.infer<typeof ${name}SettingsSchema>;
`;
}

function connectorFile(name: string, type: string): string {
  return `// The way out: signed calls, verified answers. What it cannot prove it does not say: a
// time-out, a refused connection, an unsigned or unreadable answer are all \`pending\`.
import type { Capability, Connector } from '../../payments/port.ts';
import type { ${type}Deps } from './${name}.deps.ts';
import { encodeInstruction, unknown } from './${name}.outbound.ts';

export const ${name}Capabilities: readonly Capability[] = ['push', 'inquiry'];

const capabilities: ReadonlySet<Capability> = new Set(${name}Capabilities);

export function create${type}Connector(_deps: ${type}Deps): Connector {
  return {
    capabilitiesOf: () => capabilities,
    encode: (_connection, instruction) => encodeInstruction(instruction),
    execute: () => Promise.resolve(unknown()),
    inquire: () => Promise.resolve(unknown()),
    inquiryDelayMs: (n) => Math.min(500 * 2 ** Math.min(n - 1, 20), 60_000),
  };
}
`;
}

function outboundFile(name: string): string {
  return `// Canonical instruction → the message of ${name}, and its answer → what became of the
// leg. Pure.
import type { Instruction, LegReport } from '../../payments/port.ts';

/** The exact bytes; the same on every send. */
export function encodeInstruction(_instruction: Instruction): Uint8Array {
  return new Uint8Array();
}

/** No answer, an unsigned one, or one that says nothing: the switch asks again, never guesses. */
export function unknown(): LegReport {
  return { outcome: 'pending', externalId: null, problem: null, evidence: null };
}
`;
}

function testFile(name: string): string {
  return `// Messages as the specification publishes them.
import { expect, test } from 'vitest';
import { legIdOf } from '../../payments/payment.ts';
import type { Instruction } from '../../payments/port.ts';
import { encodeInstruction } from './${name}.outbound.ts';

const paymentId = '0198a000-0000-7000-8000-00000000000a';
const credit: Instruction = {
  kind: 'credit',
  legId: legIdOf(paymentId, 1),
  paymentId,
  amount: { currency: 'CNY', minor: 1250n },
  party: { account: 'lina', name: 'Li Na' },
  counterparty: { participantId: 'alpha', name: 'Wang Wei' },
  note: null,
  reference: null,
  expiresAtMs: 0,
  original: null,
  record: null,
};

test('a credit is the message that the specification publishes', () => {
  const message = Buffer.from(encodeInstruction(credit)).toString();
  expect(message).toContain(credit.legId);
  expect(message).toContain('12.50');
});
`;
}

function readmeFile(name: string, type: string): string {
  return `# The ${type} dialect

- **Specification**: link, version.
- **Judge**: the unmodified client library, in \`test/clients\`.

| capability | | how |
|---|---|---|
| push | — | |
| inquiry | — | |

## What surprises

## Known gaps

Everything: \`${name}.golden.test.ts\` fails until the first message is translated.
`;
}

/** By file name. */
export function dialectFiles(name: string): ReadonlyMap<string, string> {
  const type = pascal(name);
  return new Map([
    [`${name}.dialect.ts`, dialectFile(name, type)],
    [`${name}.deps.ts`, depsFile(name, type)],
    [`${name}.connector.ts`, connectorFile(name, type)],
    [`${name}.outbound.ts`, outboundFile(name)],
    [`${name}.golden.test.ts`, testFile(name)],
    ['README.md', readmeFile(name, type)],
  ]);
}
