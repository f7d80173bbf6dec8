// docs/reference/api.md: every route of the contract with what it takes, answers and refuses. The
// same data as OpenAPI, for people; nothing of it is written here.
import {
  type OpenApiDocument,
  openApiDocument,
  operatorDocument,
  operatorRoutes,
  type Route,
  switchRoutes,
  walletRoutes,
} from '@hutong/sdk/contract';
import { z } from 'zod';
import { examples } from './api-examples.ts';
import { code, json, madeFrom, page, table } from './markdown.ts';
import { boundsOf, exampleOf, type Schema, type Schemas, schemaSchema, typeOf } from './schema.ts';

const contentSchema = z.record(z.string(), z.object({ schema: schemaSchema.optional() }));
const operationSchema = z.object({
  summary: z.string(),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.string(),
      required: z.boolean(),
      schema: schemaSchema,
      description: z.string().optional(),
    }),
  ),
  requestBody: z.object({ content: contentSchema, description: z.string().optional() }).optional(),
  responses: z.record(
    z.string(),
    z.object({ description: z.string(), content: contentSchema.optional() }),
  ),
});
type Operation = z.infer<typeof operationSchema>;

interface Chapter {
  readonly title: string;
  readonly text: string;
  readonly document: OpenApiDocument;
  readonly routes: Readonly<Record<string, Route>>;
  readonly prefix: string;
}

const chapters: readonly Chapter[] = [
  {
    title: 'What a participant calls',
    text: 'Served by the switch. Requests and answers are signed unless said otherwise.',
    document: openApiDocument(),
    routes: switchRoutes,
    prefix: '',
  },
  {
    title: "What a participant's wallet serves",
    text: "Called by the switch, below the connection's endpoint. Calls and answers are signed.",
    document: openApiDocument(),
    routes: walletRoutes,
    prefix: '/{walletEndpoint}',
  },
  {
    title: 'What the operator calls',
    text: "Signed with an operator's key; the role is the least that may call it.",
    document: operatorDocument(),
    routes: operatorRoutes,
    prefix: '',
  },
];

function operationOf({ document, prefix }: Chapter, route: Route): Operation {
  const methods = document.paths[prefix + route.path];
  return operationSchema.parse(methods?.[route.method.toLowerCase()]);
}

const bodyOf = (content: z.infer<typeof contentSchema> | undefined): Schema | undefined =>
  Object.values(content ?? {})[0]?.schema;

const schemasOf = ({ document }: Chapter): [string, Schema][] =>
  Object.entries(document.components.schemas).map(([name, schema]) => [
    name,
    schemaSchema.parse(schema),
  ]);

// by name: modules list their exports in another order where tests run
const schemas: Schemas = Object.fromEntries(
  chapters.flatMap(schemasOf).sort(([a], [b]) => (a < b ? -1 : Number(a > b))),
);

/** An example that the contract takes; where one of the schema's alone would not do, ours. */
export function requestExample(chapter: Chapter, route: Route): unknown {
  const own = examples[route.id];
  if (own !== undefined) return own;
  const schema = bodyOf(operationOf(chapter, route).requestBody?.content);
  return schema === undefined ? undefined : exampleOf(schema, schemas);
}

export function answerExample(chapter: Chapter, route: Route, status: string): unknown {
  const schema = bodyOf(operationOf(chapter, route).responses[status]?.content);
  return schema === undefined ? undefined : exampleOf(schema, schemas);
}

function howItIsCalled(route: Route): string {
  const marks = [
    route.signed ? '' : 'not signed',
    route.idempotent ? 'needs `Idempotency-Key`' : '',
    route.waits ? 'understands `Prefer: wait=<seconds>`' : '',
    'role' in route && typeof route.role === 'string' ? `role ${route.role}` : '',
    'changes' in route && route.changes === true ? 'needs `If-Match`' : '',
  ].filter((mark) => mark !== '');
  return marks.length === 0 ? '' : `${marks.join(', ')}.`;
}

function section(chapter: Chapter, route: Route): string {
  const { summary, parameters, requestBody, responses } = operationOf(chapter, route);
  const below = parameters.filter((each) => ['path', 'query'].includes(each.in));
  const own = below.filter((each) => each.name !== 'walletEndpoint');
  const body = bodyOf(requestBody?.content);
  const answers = Object.entries(responses).filter(([status]) => status !== 'default');
  const example = requestExample(chapter, route);
  const [status] = answers
    .map(([each]) => each)
    .filter((each) => each !== '200')
    .slice(0, 1);
  const answer = answerExample(chapter, route, status ?? '200');
  const called = howItIsCalled(route);
  return page(
    `### ${route.method} ${route.path}`,
    `${summary}. ${code(route.id)}${called === '' ? '' : `; ${called}`}`,
    own.map((each) => `- ${each.in} ${code(each.name)}: ${typeOf(each.schema)}`).join('\n'),
    body === undefined ? '' : bodyText(route, body),
    example === undefined ? '' : json(example),
    answersTable(answers),
    answer === undefined || route.method === 'GET' ? '' : json(answer),
    problemsText(route),
  ).trimEnd();
}

function bodyText(route: Route, body: Schema): string {
  const lead = route.lines === undefined ? 'Body' : 'Body, a line for each';
  if (body.$ref !== undefined) return `${lead}: ${typeOf(body)}`;
  return `${lead}:\n\n${membersTable(body)}`;
}

const answersTable = (answers: readonly [string, Operation['responses'][string]][]) =>
  table(
    ['answer', '', 'body'],
    answers.map(([status, { description, content }]) => {
      const schema = bodyOf(content);
      return [status, description, schema === undefined ? '' : typeOf(schema)];
    }),
  );

function problemsText({ problems }: Route): string {
  if (problems.length === 0) return '';
  return `Problems: ${problems.map((each) => `[${each}](problems.md#${each})`).join(', ')}.`;
}

function membersTable(schema: Schema): string {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(([name, member]) => [
    code(name) + (required.has(name) ? '' : ' (optional)'),
    typeOf(member),
    [member.description ?? '', boundsOf(member)].filter((each) => each !== '').join('; '),
  ]);
  return rows.length === 0 ? typeOf(schema) : table(['member', 'is', ''], rows);
}

function shape(name: string, schema: Schema): string {
  const text = schema.description ?? '';
  return page(
    `### ${name}`,
    text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, '.'),
    membersTable(schema),
  ).trimEnd();
}

function texts(): string {
  const plain = Object.entries(schemas).filter(([, schema]) => schema.type !== 'object');
  return plain
    .map(([name, schema]) => {
      const bounds = boundsOf(schema);
      const what = [
        schema.enum === undefined ? '' : typeOf(schema),
        schema.description ?? '',
        bounds,
      ];
      const pattern =
        schema.pattern === undefined || schema.pattern.length > 90 ? '' : code(schema.pattern);
      const said = [...what, pattern].filter((each) => each !== '').join('; ');
      return page(`### ${name}`, said).trimEnd();
    })
    .join('\n\n');
}

export function apiPage(): string {
  const objects = Object.entries(schemas).filter(([, schema]) => schema.type === 'object');
  return page(
    '# API',
    madeFrom('sdk/src/contract'),
    'A running switch serves the same as OpenAPI 3.1 at `/openapi.json`. How requests are ' +
      'signed: [the native dialect](../../src/dialects/native/README.md). What any route may ' +
      'refuse with: the groups `request`, `auth` and `platform` of [problems](problems.md). ' +
      'Examples show what is required; ids in them are made up.',
    ...chapters.map((chapter) =>
      page(
        `## ${chapter.title}`,
        chapter.text,
        ...Object.values(chapter.routes).map((route) => section(chapter, route)),
      ).trimEnd(),
    ),
    '## Shapes',
    ...objects.map(([name, schema]) => shape(name, schema)),
    '## Texts and numbers',
    texts(),
  );
}

/** For the test: every example with the schema of the contract that must take it. */
export function apiExamples() {
  return chapters.flatMap((chapter) =>
    Object.values(chapter.routes).flatMap((route) => {
      const asked = route.body ?? route.lines;
      const requests =
        asked === undefined
          ? []
          : [{ name: `${route.id} asks`, schema: asked, example: requestExample(chapter, route) }];
      const answers = Object.entries(route.answers).flatMap(([status, { schema }]) =>
        schema === undefined
          ? []
          : [
              {
                name: `${route.id} answers ${status}`,
                schema,
                example: answerExample(chapter, route, status),
              },
            ],
      );
      return [...requests, ...answers];
    }),
  );
}
