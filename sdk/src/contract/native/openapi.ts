// The OpenAPI 3.1 document, made from the routes; nothing in it is written by hand twice.
// Wallet routes are tagged `wallet`: a participant serves them below its own endpoint.
import { z } from 'zod';
import * as ids from '../ids.ts';
import * as money from '../money.ts';
import * as problems from '../problems.ts';
import * as bulk from './bulk.ts';
import * as directory from './directory.ts';
import * as holds from './holds.ts';
import * as mandates from './mandates.ts';
import * as orders from './orders.ts';
import * as participant from './participant.ts';
import * as party from './party.ts';
import * as payments from './payments.ts';
import * as rates from './rates.ts';
import type { Route, RouteAnswer } from './route.ts';
import { switchRoutes, walletRoutes } from './routes.ts';
import * as status from './status.ts';
import * as wallet from './wallet.ts';
import * as webhooks from './webhooks.ts';

type Json = Record<string, unknown>;

export interface OpenApiDocument extends Json {
  readonly openapi: '3.1.0';
  readonly paths: Record<string, Json>;
  readonly components: { readonly schemas: Record<string, Json> } & Json;
}

export interface OpenApiOptions {
  readonly version?: string;
  /** Where the switch is reached; `/` when absent. */
  readonly serverUrl?: string;
}

const refOf = (id: string) => `#/components/schemas/${id}`;

/** Whose schemas are named; a new file of the contract is a line here. */
const modules: readonly Readonly<Record<string, unknown>>[] = [
  ids,
  money,
  problems,
  party,
  payments,
  bulk,
  holds,
  orders,
  mandates,
  participant,
  directory,
  rates,
  status,
  webhooks,
  wallet,
];

/** Every exported schema with an id of its own becomes a component. */
function named(
  modules: readonly Readonly<Record<string, unknown>>[],
): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  for (const module of modules) {
    for (const value of Object.values<unknown>(module)) {
      if (!(value instanceof z.ZodType)) continue;
      const meta = value.meta();
      if (meta?.id !== undefined && !registry.has(value))
        registry.add(value, { ...meta, id: meta.id });
    }
  }
  return registry;
}

/** JSON Schema 2020-12 is what OpenAPI 3.1 speaks; `$schema` and `$id` are said by the document. */
function bare(schema: unknown): Json {
  const { $schema: _dialect, $id: _id, ...rest } = Object(schema) as Json;
  return rest;
}

const ofDocument = (schema: Json) =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;

interface Described {
  readonly title: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly routes: readonly (readonly [
    'switch' | 'wallet' | 'operator',
    Readonly<Record<string, Route>>,
  ])[];
  readonly modules: readonly Readonly<Record<string, unknown>>[];
}

const native: Described = {
  title: 'Hutong native protocol',
  tags: [
    { name: 'switch', description: 'Served by the switch' },
    { name: 'wallet', description: "Served by a participant's wallet, called by the switch" },
  ],
  routes: [
    ['switch', switchRoutes],
    ['wallet', walletRoutes],
  ],
  modules,
};

/** The participants' protocol. */
export const openApiDocument = (options: OpenApiOptions = {}): OpenApiDocument =>
  describe(native, options);

/** Made from routes of any of the house's APIs. */
export function describe(what: Described, options: OpenApiOptions): OpenApiDocument {
  const registry = named(what.modules);
  const { schemas } = z.toJSONSchema(registry, { uri: refOf, reused: 'inline' });
  const components = Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]),
  );

  function schemaOf(schema: z.ZodType): Json {
    const id = registry.get(schema)?.id;
    if (id !== undefined) return { $ref: refOf(id) };
    // What it names by itself becomes a component as well: `#/$defs` would lead nowhere.
    const { $defs, ...own } = bare(z.toJSONSchema(schema, { reused: 'inline' }));
    for (const [name, each] of Object.entries(Object($defs) as Json)) {
      components[name] ??= ofDocument(bare(each));
    }
    return ofDocument(own);
  }

  const paths: Record<string, Json> = {};
  const add = (tag: string, routes: Readonly<Record<string, Route>>) => {
    for (const route of Object.values(routes)) {
      const path = tag === 'wallet' ? `/{walletEndpoint}${route.path}` : route.path;
      paths[path] = {
        ...paths[path],
        [route.method.toLowerCase()]: operation(tag, route, schemaOf),
      };
    }
  };
  for (const [tag, routes] of what.routes) add(tag, routes);

  return {
    openapi: '3.1.0',
    info: {
      title: what.title,
      version: options.version ?? '1',
      description:
        'Signed JSON between participants and the switch. Requests and answers are signed as in ' +
        'RFC 9421 over @method, @target-uri, content-digest, content-type and idempotency-key.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.serverUrl ?? '/' }],
    tags: what.tags,
    paths,
    components: { schemas: components, securitySchemes: { httpMessageSignature } },
  };
}

/** OpenAPI knows no HTTP message signatures; this is the nearest it can say. */
const httpMessageSignature = {
  type: 'apiKey',
  in: 'header',
  name: 'Signature',
  description: 'RFC 9421, with Signature-Input; ECDSA P-256 or Ed25519 by the registered key',
};

type SchemaOf = (schema: z.ZodType) => Json;

function operation(tag: string, route: Route, schemaOf: SchemaOf): Json {
  return {
    operationId: route.id,
    tags: [tag],
    summary: route.summary,
    security: route.signed ? [{ httpMessageSignature: [] }] : [],
    parameters: parameters(tag, route, schemaOf),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(route.body)) } }),
    ...(route.lines === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: 'A line for each item',
            content: { [bulk.NDJSON_MEDIA_TYPE]: { schema: schemaOf(route.lines) } },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([code, answer]) => [code, answerOf(answer, schemaOf)]),
      ),
      default: {
        description: refusals(route),
        content: { [problems.PROBLEM_MEDIA_TYPE]: { schema: { $ref: refOf('Problem') } } },
      },
    },
  };
}

function refusals({ problems: codes }: Route): string {
  return codes.length === 0 ? 'A problem' : `A problem, such as ${codes.join(', ')}`;
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function answerOf({ description, schema, mediaType }: RouteAnswer, schemaOf: SchemaOf): Json {
  if (schema !== undefined) return { description, content: json(schemaOf(schema)) };
  if (mediaType === undefined) return { description };
  return { description, content: { [mediaType]: { schema: { type: 'string' } } } };
}

function parameters(tag: string, route: Route, schemaOf: SchemaOf): Json[] {
  const header = (name: string, required: boolean, schema: Json, description: string): Json => ({
    name,
    in: 'header',
    required,
    schema,
    description,
  });
  const below = (where: 'path' | 'query', schema: z.ZodObject | undefined): Json[] =>
    Object.entries<unknown>(schema?.shape ?? {}).flatMap(([name, member]) =>
      member instanceof z.ZodType
        ? [{ name, in: where, required: where === 'path', schema: schemaOf(unwrapped(member)) }]
        : [],
    );
  const result = [...below('path', route.params), ...below('query', route.query)];
  if (tag === 'wallet') {
    result.push({ name: 'walletEndpoint', in: 'path', required: true, schema: { type: 'string' } });
  }
  if (route.idempotent) {
    const schema = schemaOf(ids.idempotencyKeySchema);
    result.push(header('Idempotency-Key', true, schema, 'What is to have one effect'));
  }
  if (route.waits) {
    const schema = { type: 'string', examples: ['wait=5'] };
    result.push(header('Prefer', false, schema, 'RFC 7240: how many seconds to wait for an end'));
  }
  if (route.id === 'getEvents') {
    const schema = schemaOf(status.eventIdSchema);
    result.push(header('Last-Event-ID', false, schema, 'Resume after this event'));
  }
  return result;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodOptional)) return schema;
  const inner: unknown = schema.unwrap();
  return inner instanceof z.ZodType ? inner : schema;
}
