// What stands before a pair of switches, as a load balancer does: one address, and behind it
// whichever of them says that it is ready. A request to one that stops being ready is cut off.

import type { ServerResponse } from 'node:http';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';

const LOOK_EVERY_MS = 50;
const LOOK_TIMEOUT_MS = 400;

export interface Front {
  readonly address: string;
  /** The switch that requests go to. */
  target(): string | null;
  watch(addresses: readonly string[]): void;
  stop(): Promise<void>;
}

async function isReady(address: string): Promise<boolean> {
  const signal = AbortSignal.timeout(LOOK_TIMEOUT_MS);
  const answer = await fetch(`${address}/readyz`, { signal }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('it has a port');
      resolve(`http://127.0.0.1:${address.port}`);
    });
  });
}

export async function startFront(): Promise<Front> {
  let addresses: readonly string[] = [];
  let target: string | null = null;
  let running = true;
  const underWay = new Map<() => void, string>();

  function fail(response: ServerResponse): void {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  }

  function forward(incoming: IncomingMessage, response: ServerResponse): void {
    const to = target;
    if (to === null) return fail(response);
    const { method, headers, url = '/' } = incoming;
    const outgoing = httpRequest(to + url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.once('error', () => fail(response));
    });
    const cut = () => outgoing.destroy(new Error('its switch is not ready any more'));
    underWay.set(cut, to);
    outgoing.once('close', () => underWay.delete(cut));
    outgoing.once('error', () => fail(response));
    response.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  async function look(): Promise<void> {
    while (running) {
      // who was ready stays in front of the others: two that say so are no reason to move
      const order = target === null ? addresses : [target, ...addresses];
      const answers = await Promise.all(order.map(isReady));
      target = order[answers.indexOf(true)] ?? null;
      for (const [cut, to] of underWay) if (to !== target) cut();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  const server = createServer(forward);
  const address = await listen(server);
  const looking = look();
  return {
    address,
    target: () => target,
    watch(list) {
      addresses = list;
      if (target !== null && !list.includes(target)) target = null;
    },
    async stop() {
      running = false;
      await looking;
      server.closeAllConnections();
      server.close();
    },
  };
}
