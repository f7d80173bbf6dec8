// The sockets of a simulated platform: raw bytes in, raw bytes out, no framework between, since
// signatures are over exactly what was sent.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Handle = (request: RawRequest) => Promise<RawAnswer>;

const BODY_BYTES_MAX = 1_048_576;

export function createRawServer(handle: Handle, onError: (error: unknown) => void): Server {
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await handle(await readRequest(incoming));
    const bytes = Buffer.from(answer.body, 'utf8');
    response.writeHead(answer.status, { ...answer.headers, 'content-length': bytes.length });
    response.end(bytes);
  }
  return createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      // The other side has gone, or a bug: neither gets an answer that it could believe.
      if (!incoming.destroyed || incoming.complete) onError(error);
      response.destroy();
    });
  });
}

async function readRequest(incoming: IncomingMessage): Promise<RawRequest> {
  const body = await readBody(incoming);
  const target = incoming.url ?? '/';
  const at = target.indexOf('?');
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()]),
  );
  return {
    method: incoming.method ?? '',
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? '' : target.slice(at + 1),
    headers,
    body,
  };
}

function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) reject(new Error('the body is too large'));
    else chunks.push(chunk);
  });
  incoming.once('end', () => resolve(Buffer.concat(chunks)));
  incoming.once('error', reject);
  return promise;
}

export function listen(server: Server, host: string, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    // oxlint-disable-next-line no-unsafe-type-assertion -- a TCP server that listens has a port
    resolve(`http://${host}:${(server.address() as AddressInfo).port}`);
  });
  return promise;
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
