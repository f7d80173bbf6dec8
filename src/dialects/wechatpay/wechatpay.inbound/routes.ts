// The routes a shop's program calls, at the same paths as the platform's own: who asks is verified
// on the raw request, and every answer to a known shop is signed, refusals and empty ones too.

import type { z } from 'zod';
import { isRsaSigned } from '../../../signatures/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../../inbound.ts';
import {
  isFresh,
  readAuthorization,
  requestText,
  SIGNATURE_MS,
  signedHeaders,
} from '../wechatpay.auth.ts';
import { merchantOf, secretsOf, type WechatpayInboundDeps } from '../wechatpay.deps.ts';
import { closeSchema, nativeOrderSchema, refundSchema } from '../wechatpay.messages.ts';
import { errorCodeOf, errorCodes } from '../wechatpay.problems.ts';
import { type Asker, createOperations, no, type Outcome } from './operations.ts';

type Judged =
  | { readonly asker: Asker; readonly isUsable: boolean }
  | { readonly asker: null; readonly isUsable: false };

const nobody: Judged = { asker: null, isUsable: false };

export function shopRoutes(deps: WechatpayInboundDeps): readonly InboundRoute[] {
  const { clock, ids } = deps;
  const operations = createOperations(deps);

  function judge(request: InboundRequest): Judged {
    const auth = readAuthorization(request.headers.authorization);
    const found = auth === null ? undefined : deps.participants.named('wechatpay', auth.mchid);
    const settings = found === undefined ? null : merchantOf(found.connection);
    if (auth === null || found === undefined || settings === null) return nobody;
    if (auth.serial !== settings.merchantSerial) return nobody;
    const body = Buffer.from(request.body).toString('utf8');
    const text = requestText(auth, request.method, request.target, body);
    if (!isRsaSigned(settings.merchantPublicKey, text, auth.signature)) return nobody;
    const nowMs = clock.nowMs();
    if (!isFresh(auth.timestamp, nowMs)) return nobody;
    const expiresAtMs = nowMs + SIGNATURE_MS;
    if (!deps.replays.admit(`wechatpay ${auth.mchid}`, auth.nonce, expiresAtMs)) {
      return nobody;
    }
    const evidence = Buffer.from(`${auth.signature}\n${text}`, 'utf8');
    const { connection, isUsable } = found;
    return { asker: { connection, settings, evidence }, isUsable };
  }

  function answer(outcome: Outcome, asker: Asker | null, requestId: string): InboundAnswer {
    const body = bodyOf(outcome);
    const status = outcome.ok ? (outcome.json === null ? 204 : 200) : errorCodes[outcome.code][0];
    const at = { nowMs: clock.nowMs(), nonce: ids.compact() };
    return {
      status,
      headers: {
        'Request-ID': requestId,
        ...(body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        ...(asker === null
          ? {}
          : signedHeaders(
              secretsOf(asker.connection).privateKey,
              asker.settings.platformSerial,
              at,
              body,
            )),
      },
      body: body === '' ? null : body,
    };
  }

  const route = (
    method: 'GET' | 'POST',
    path: string,
    run: (asker: Asker, request: InboundRequest) => Promise<Outcome>,
  ): InboundRoute => ({
    method,
    path,
    contentTypes: method === 'POST' ? ['application/json'] : null,
    async handle(request) {
      const { asker, isUsable } = judge(request);
      if (asker === null) return answer(no('SIGN_ERROR'), null, request.requestId);
      // what it may do is judged only once it is certain who asks
      const outcome = isUsable ? await run(asker, request) : no('NO_AUTH');
      return answer(outcome, asker, request.requestId);
    },
    refuse: ({ code }, request) => answer(no(errorCodeOf(code)), null, request.requestId),
  });

  return [
    route('POST', '/v3/pay/transactions/native', (asker, request) =>
      reading(nativeOrderSchema, request, (wish) => operations.order(asker, wish)),
    ),
    route('GET', '/v3/pay/transactions/out-trade-no/{no}', (asker, request) =>
      ofMerchant(asker, request, () =>
        operations.query(asker, { outTradeNo: request.params['no'] ?? '' }),
      ),
    ),
    route('GET', '/v3/pay/transactions/id/{id}', (asker, request) =>
      ofMerchant(asker, request, () =>
        operations.query(asker, { transactionId: request.params['id'] ?? '' }),
      ),
    ),
    route('POST', '/v3/pay/transactions/out-trade-no/{no}/close', (asker, request) =>
      reading(closeSchema, request, ({ mchid }) =>
        mchid === asker.settings.mchid
          ? operations.close(asker, request.params['no'] ?? '')
          : Promise.resolve(no('PARAM_ERROR', 'mchid')),
      ),
    ),
    route('POST', '/v3/refund/domestic/refunds', (asker, request) =>
      reading(refundSchema, request, (wish) => operations.refund(asker, wish)),
    ),
    // the switch has a public key and no certificate, as WeChat Pay itself for newer merchants
    route('GET', '/v3/certificates', () => Promise.resolve(no('RESOURCE_NOT_EXISTS'))),
    route('GET', '/v3/refund/domestic/refunds/{no}', (asker, request) =>
      operations.refundState(asker, request.params['no'] ?? ''),
    ),
  ];
}

function bodyOf(outcome: Outcome): string {
  if (outcome.ok) return outcome.json === null ? '' : JSON.stringify(outcome.json);
  const [, text] = errorCodes[outcome.code];
  const { code, detail } = outcome;
  const issue = { field: detail ?? '', issue: text, location: 'body' };
  return JSON.stringify({ code, message: text, ...(detail === null ? {} : { detail: issue }) });
}

/** Reads the body, or says which member is at fault. */
async function reading<T>(
  schema: z.ZodType<T>,
  { body }: InboundRequest,
  run: (wish: T) => Promise<Outcome>,
): Promise<Outcome> {
  const parsed = parseJson(body);
  if (!parsed.ok) return no('PARAM_ERROR', parsed.pointer);
  const read = schema.safeParse(parsed.value);
  if (read.success) return run(read.data);
  return no('PARAM_ERROR', read.error.issues[0]?.path.join('.') ?? null);
}

/** The merchant's number stands in the query of a look-up, and must be the asker's. */
async function ofMerchant(
  { settings }: Asker,
  { target }: InboundRequest,
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  const at = target.indexOf('?');
  const mchid = new URLSearchParams(at < 0 ? '' : target.slice(at + 1)).get('mchid');
  return mchid === settings.mchid ? run() : no('PARAM_ERROR', 'mchid');
}
