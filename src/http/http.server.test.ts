import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { problemJsonSchema } from '@hutong/sdk/contract';
import { afterEach, describe, expect, test } from 'vitest';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../dialects/inbound.ts';
import { createHttpServer, type HttpServer, type HttpServerDeps } from './index.ts';

const text = (body: string, status = 200): InboundAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
});

const seen: InboundRequest[] = [];
const route = (over: Partial<InboundRoute> & Pick<InboundRoute, 'path'>): InboundRoute => ({
  method: 'POST',
  contentTypes: ['application/json'],
  handle(request) {
    seen.push(request);
    return text(`${request.body.length}`);
  },
  ...over,
});

let server: HttpServer | undefined;
const defects: unknown[] = [];

async function serve(
  routes: readonly InboundRoute[],
  over: Partial<HttpServerDeps> = {},
): Promise<string> {
  let n = 0;
  server = createHttpServer({
    routes,
    newRequestId: () => `r-${++n}`,
    onDefect: (error) => defects.push(error),
    ...over,
  });
  const { port } = await server.listen('127.0.0.1', 0);
  return `http://127.0.0.1:${port}`;
}

afterEach(async () => {
  await server?.stop(200);
  seen.length = 0;
  defects.length = 0;
});

/** Sends bytes as they are and reads until the server closes. */
async function raw(base: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  socket.write(bytes);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return problemJsonSchema.parse(await response.json());
}

describe('a request reaches its handler as it was sent', () => {
  test('body byte for byte, target not decoded, path values decoded', async () => {
    const base = await serve([route({ path: '/v1/things/{name}' })]);
    const body = '{ "a" : "\u00e9\\u0000" }';
    const answer = await fetch(`${base}/v1/things/a%20b?x=%41`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('server')).toBe('hutong');
    expect(answer.headers.get('x-request-id')).toBe('r-1');
    expect(seen[0]?.target).toBe('/v1/things/a%20b?x=%41');
    expect(seen[0]?.params).toEqual({ name: 'a b' });
    expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe(body);
  });

  test('a body in many chunks is one body', async () => {
    const base = await serve([route({ path: '/in' })]);
    const outgoing = httpRequest(`${base}/in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    for (let i = 0; i < 10; i += 1) outgoing.write('x'.repeat(1000));
    outgoing.end();
    const status = await new Promise((resolve) => {
      outgoing.on('response', (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
    });
    expect(status).toBe(200);
    expect(seen[0]?.body.length).toBe(10_000);
  });
});

describe('what is refused is refused as problem+json', () => {
  const small = { bodyBytesMax: 100 };
  test.each<[string, string, RequestInit, number, string]>([
    ['an unknown path', '/nowhere', {}, 404, 'route_not_found'],
    ['a trailing slash', '/in/', { method: 'POST' }, 404, 'route_not_found'],
    ['a method the path does not take', '/in', { method: 'GET' }, 405, 'method_not_allowed'],
    [
      'another content type',
      '/in',
      { method: 'POST', body: '<a/>', headers: { 'content-type': 'application/xml' } },
      415,
      'content_type_unsupported',
    ],
    [
      'a body over the cap',
      '/in',
      { method: 'POST', body: 'x'.repeat(101), headers: { 'content-type': 'application/json' } },
      413,
      'body_too_large',
    ],
    ['a defect', '/bug', { method: 'POST' }, 500, 'internal'],
  ])('%s', async (_name, path, init, status, code) => {
    const bug = route({
      path: '/bug',
      handle: () => {
        throw new Error('postgres://user:secret@host');
      },
    });
    const base = await serve([route({ path: '/in' }), bug], { limits: small });
    const answer = await fetch(base + path, init);
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    const problem = await problemOf(answer);
    expect(problem.code).toBe(code);
    expect(JSON.stringify(problem)).not.toContain('secret');
    expect(problem.requestId).toBe(answer.headers.get('x-request-id'));
    expect(defects).toHaveLength(status === 500 ? 1 : 0);
    expect(seen).toHaveLength(0);
  });

  test('a body without a declared length is cut at the cap', async () => {
    const base = await serve([route({ path: '/in' })], { limits: small });
    const head = 'POST /in HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const answer = await raw(
      base,
      `${head}transfer-encoding: chunked\r\n\r\n${'40\r\n'}${'x'.repeat(64)}\r\n40\r\n${'x'.repeat(64)}\r\n0\r\n\r\n`,
    );
    expect(answer).toContain('413');
    expect(answer).toContain('body_too_large');
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n', '400'],
    [
      'two lengths',
      'POST /in HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      '400',
    ],
    [
      'a length and chunks',
      'POST /in HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
    ['a host that is none', 'GET /in HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n', '400'],
    [
      'an absolute target',
      'GET http://x/in HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
      '400',
    ],
    [
      'headers without end',
      `GET /in HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      '431',
    ],
  ])('%s', async (_name, bytes, status) => {
    const base = await serve([route({ path: '/in' })]);
    const answer = await raw(base, bytes);
    expect(answer.slice(9, 12)).toBe(status);
    expect(answer).toContain('request_invalid');
  });

  test('a dialect words refusals in its own errors', async () => {
    const refuse: InboundRoute['refuse'] = (problem) => text(`own:${problem.code}`, 400);
    const base = await serve([route({ path: '/in', refuse })]);
    const answer = await fetch(`${base}/in`, { method: 'POST', body: 'x' });
    expect(await answer.text()).toBe('own:content_type_unsupported');
  });

  test('too many requests at once are told to come again', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = route({ path: '/slow', handle: async () => (await promise, text('ok')) });
    const base = await serve([slow], { limits: { requestsMax: 1 } });
    const first = fetch(`${base}/slow`, { method: 'POST' });
    while (server?.active === 0) await new Promise((r) => setTimeout(r, 1));
    const second = await fetch(`${base}/slow`, { method: 'POST' });
    expect((await problemOf(second)).code).toBe('overloaded');
    expect(second.headers.get('retry-after')).toBe('1');
    resolve();
    expect((await first).status).toBe(200);
  });
});

describe('who asks too much is told when to come again', () => {
  test('a connection over its rate is told to wait; another one is served', async () => {
    const base = await serve([route({ path: '/in' })], { limits: { requestsPerSecondMax: 2 } });
    const one = 'POST /in HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n';
    const answers = await raw(base, `${one}\r\n${one}\r\n${one}connection: close\r\n\r\n`);
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 200',
      'HTTP/1.1 429',
    ]);
    expect(answers).toContain('"code":"rate_limited"');
    expect(answers).toMatch(/retry-after: 1\r\n/);
    expect((await fetch(`${base}/in`, { method: 'POST' })).status).toBe(200);
  });

  test('a connection ends after as many requests as it may have', async () => {
    const limits = { requestsPerConnectionMax: 2 };
    const base = await serve([route({ path: '/in' })], { limits });
    const one = 'POST /in HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n';
    const answers = await raw(base, one + one);
    expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(2);
    expect(answers).toMatch(/connection: close/i);
  });

  test('connections over the number are closed as they come', async () => {
    const base = await serve([], { limits: { connectionsMax: 1 } });
    const port = Number(new URL(base).port);
    const first = connect(port, '127.0.0.1');
    await new Promise((resolve) => first.once('connect', resolve));
    const second = connect(port, '127.0.0.1');
    await new Promise((resolve) => second.once('close', resolve));
    expect(first.destroyed).toBe(false);
    first.destroy();
  });

  test('who sends a body too slowly is cut off', async () => {
    const limits = { headersTimeoutMs: 50, requestTimeoutMs: 60 };
    const base = await serve([route({ path: '/in' })], { limits });
    const head = 'POST /in HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n';
    const answer = await raw(base, `${head}content-length: 10\r\n\r\n{`);
    expect(answer).not.toContain('HTTP/1.1 200');
    expect(seen).toHaveLength(0);
  });
});

test('answers are told by route template, status and code, never by path', async () => {
  const told: unknown[][] = [];
  const base = await serve([route({ path: '/v1/things/{id}' })], {
    observe: (...facts) => told.push(facts.slice(0, 4)),
  });
  await fetch(`${base}/v1/things/secret-name`, { method: 'POST' });
  await fetch(`${base}/v1/things/x`, { method: 'POST', body: 'x' });
  await fetch(`${base}/secret-name`);
  expect(told).toEqual([
    ['/v1/things/{id}', 'POST', 200, null],
    ['/v1/things/{id}', 'POST', 415, 'content_type_unsupported'],
    ['(none)', 'GET', 404, 'route_not_found'],
  ]);
});

test('before a stop it says that it is not ready, and serves all the same', async () => {
  const base = await serve([route({ path: '/in' })]);
  server?.drain();
  expect((await fetch(`${base}/readyz`)).status).toBe(503);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  expect((await fetch(`${base}/in`, { method: 'POST' })).status).toBe(200);
});

describe('health, streams and stopping', () => {
  test('ready only while every check holds', async () => {
    let isLeader = true;
    const base = await serve([], {
      readiness: { leader: () => isLeader, database: async () => true },
    });
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    isLeader = false;
    const answer = await fetch(`${base}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'unready',
      checks: { running: true, leader: false, database: true },
    });
  });

  test('a stream ends when its client has gone', async () => {
    let ended = false;
    async function* ticks(signal: AbortSignal) {
      try {
        for (let i = 0; !signal.aborted; i += 1) {
          yield `${i}\n`;
          await new Promise((r) => setTimeout(r, 5));
        }
      } finally {
        ended = true;
      }
    }
    const stream = route({
      method: 'GET',
      path: '/stream',
      handle: ({ signal }) => ({ status: 200, headers: {}, body: ticks(signal) }),
    });
    const base = await serve([stream]);
    const abort = new AbortController();
    const answer = await fetch(`${base}/stream`, { signal: abort.signal });
    const first = await answer.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain('0');
    abort.abort();
    await expect.poll(() => ended, { timeout: 900, interval: 5 }).toBe(true);
  });

  test('a request under way is answered before the server stops', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const slow = route({ path: '/slow', handle: async () => (await promise, text('done')) });
    const base = await serve([slow]);
    const answer = fetch(`${base}/slow`, { method: 'POST' });
    while (server?.active === 0) await new Promise((r) => setTimeout(r, 1));
    const stopped = server?.stop(900);
    resolve();
    expect(await (await answer).text()).toBe('done');
    await stopped;
    await expect(fetch(base)).rejects.toThrow();
  });

  test('who sends headers too slowly is cut off', async () => {
    const base = await serve([], { limits: { headersTimeoutMs: 50, requestTimeoutMs: 60 } });
    const answer = await raw(base, 'GET / HTTP/1.1\r\nhost: a\r\nx-slow: ');
    expect(answer).toContain('408');
  });
});
