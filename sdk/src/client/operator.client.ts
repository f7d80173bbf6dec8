// The client of the operator's API: one typed call over all of its routes.
import { operatorRoutes } from '../contract/index.ts';
import { type Caller, createCaller } from './client.call.ts';
import { createWebCrypto, type Jwk } from './client.crypto.ts';
import { createTransport, type FetchLike } from './client.transport.ts';

export interface OperatorClient {
  /** @throws HutongProblem, OutcomeUnknown */
  readonly call: Caller<typeof operatorRoutes>;
}

export interface OperatorClientOptions {
  readonly baseUrl: string;
  readonly privateKey: Jwk;
  readonly switchKeys: readonly Jwk[];
  readonly fetch?: FetchLike;
}

const ATTEMPTS_MAX = 5;
const TIMEOUT_MS = 15_000;

export async function createOperatorClient(
  options: OperatorClientOptions,
): Promise<OperatorClient> {
  const { baseUrl, privateKey, switchKeys } = options;
  const transport = createTransport({
    baseUrl,
    crypto: await createWebCrypto({ privateKey, switchKeys }),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    now: Date.now,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    attemptsMax: ATTEMPTS_MAX,
    timeoutMs: TIMEOUT_MS,
    language: undefined,
  });
  return { call: createCaller(transport, operatorRoutes) };
}
