// Reads the JSON Schemas of the OpenAPI documents as far as pages need it: names of types, members,
// and an example of each. The examples are judged by the contract's own schemas in test/docs.
import { z } from 'zod';
import { code } from './markdown.ts';

export interface Schema {
  readonly $ref?: string | undefined;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly examples?: readonly unknown[] | undefined;
  readonly items?: Schema | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: boolean | Schema | undefined;
  readonly required?: readonly string[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minItems?: number | undefined;
  readonly pattern?: string | undefined;
}

export const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    description: z.string().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    examples: z.array(z.unknown()).optional(),
    items: schemaSchema.optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    additionalProperties: z.union([z.boolean(), schemaSchema]).optional(),
    required: z.array(z.string()).optional(),
    anyOf: z.array(schemaSchema).optional(),
    oneOf: z.array(schemaSchema).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minItems: z.number().optional(),
    pattern: z.string().optional(),
  }),
);

export type Schemas = Readonly<Record<string, Schema>>;

export const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1);
const anchor = (name: string) => `[${name}](#${name.toLowerCase()})`;

/** How a member's type is written in a table. */
export function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return anchor(nameOf(schema.$ref));
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) {
    if (schema.enum.includes('route_not_found')) return 'code of a [problem](problems.md)';
    return schema.enum.map((each) => code(JSON.stringify(each))).join(' or ');
  }
  const some = schema.anyOf ?? schema.oneOf;
  if (some !== undefined && schema.type === undefined) return some.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') {
    if (schema.properties !== undefined && Object.keys(schema.properties).length > 0) {
      const members = Object.entries(schema.properties).map(
        ([name, member]) => `${code(name)}: ${typeOf(member)}`,
      );
      return `object of ${members.join(', ')}`;
    }
    const each = schema.additionalProperties;
    return typeof each === 'object' ? `object: name → ${typeOf(each)}` : 'object';
  }
  return schema.type ?? 'anything';
}

/** Bounds that a reader has to know: lengths and ranges. */
export function boundsOf({ minLength, maxLength, minimum, maximum }: Schema): string {
  const [least, most] = [minLength ?? minimum, maxLength ?? maximum];
  const unit = minLength === undefined && maxLength === undefined ? '' : ' characters';
  if (most === undefined || most === Number.MAX_SAFE_INTEGER) return '';
  return `${least ?? 0} to ${most}${unit}`;
}

/** What stands for a named text whose schema has no example of its own. */
const samples: Readonly<Record<string, string>> = {
  Id: '01984f6e-5c00-7a3b-9c1d-2f6b8a4e7d10',
  Hash32: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
  Handle: 'lotus',
  IdempotencyKey: 'lunch-2026-07-31',
  LegId: '01984f6e5c001a3b9c1d2f6b8a4e7d10',
  Seq: '4711',
  Note: 'Lunch',
  Reference: 'INV-2041',
  EventId: '4711-0',
};

/** A member's name tells more than its type: what makes a better example. */
const byMember: Readonly<Record<string, unknown>> = {
  url: 'https://wallet.example/hutong',
  endpoint: 'https://wallet.example/hutong',
  legId: '01984f6e5c002a3b9c1d2f6b8a4e7d10',
  rate: '0.1275',
  name: 'Lotus Pay',
  title: 'The payee refused',
  requestId: 'req-7f3a',
  dialect: 'native',
  link: 'https://switch.example/o/01984f6e-5c00-7a3b-9c1d-2f6b8a4e7d10',
  participantId: 'lotus',
  fee: { amount: '0.00', currency: 'CNY' },
  refunded: { amount: '0.00', currency: 'CNY' },
};

/** Of a list of words the one that readers meet most; the first where none is of these. */
const usual: readonly unknown[] = ['completed', 'active', 'open'];

const text = ({ pattern, minLength = 1 }: Schema) => {
  if (pattern === undefined) return 'text'.padEnd(minLength, 'x');
  const tries = ['payment', 'payment.completed', '10', '0.0010', 'lotus', '2026-07-31', 'text'];
  return tries.find((each) => new RegExp(pattern, 'u').test(each)) ?? 'text';
};

/**
 * The smallest example of a schema: what is required, and of alternatives the first.
 */
export function exampleOf(schema: Schema, schemas: Schemas, member = ''): unknown {
  const known = byMember[member];
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    if (typeof known === (name === 'Money' ? 'object' : 'string')) return known;
    const sample = samples[name];
    if (sample !== undefined) return sample;
    return exampleOf(schemas[name] ?? {}, schemas, member);
  }
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) {
    return schema.enum.find((each) => usual.includes(each)) ?? schema.enum[0];
  }
  if (schema.type === 'object') return objectExample(schema, schemas);
  const some = schema.anyOf ?? schema.oneOf;
  if (some?.[0] !== undefined) return exampleOf(some[0], schemas, member);
  if (schema.type === 'array') return [exampleOf(schema.items ?? {}, schemas)];
  if (schema.type === 'boolean') return member !== 'inDoubt';
  if (schema.type === 'integer' || schema.type === 'number')
    return Math.max(schema.minimum ?? 1, 1);
  return typeof known === 'string' ? known : text(schema);
}

function objectExample(schema: Schema, schemas: Schemas): Record<string, unknown> {
  const first = schema.oneOf?.[0]?.required ?? schema.anyOf?.[0]?.required ?? [];
  const wanted = [...new Set([...(schema.required ?? []), ...first])];
  return Object.fromEntries(
    wanted.map((name) => [name, exampleOf(schema.properties?.[name] ?? {}, schemas, name)]),
  );
}
