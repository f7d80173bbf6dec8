// Serves GET /metrics on a port of its own, which is never the participants': what is counted tells
// who pays whom, and how much there is to do.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MetricsServer {
  readonly address: string;
  stop(): Promise<void>;
}

const TIMEOUT_MS = 10_000;

/** @throws when the address cannot be had. */
export async function serveMetrics(
  registry: Registry,
  host: string,
  port: number,
  onDefect: (error: unknown) => void,
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: TIMEOUT_MS }, (incoming, outgoing) => {
    const path = (incoming.url ?? '').split('?', 1)[0];
    if (incoming.method !== 'GET' || path !== '/metrics') {
      outgoing.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => outgoing.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        onDefect(error);
        outgoing.writeHead(500).end();
      },
    );
  });
  server.maxConnections = 16;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  const bound: AddressInfo | string | null = server.address();
  const at = bound === null || typeof bound === 'string' ? port : bound.port;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${at}`,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
