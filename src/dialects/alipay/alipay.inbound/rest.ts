// Version 3: JSON to POST /v3/alipay/…, signed by the header `authorization`; answers are signed by
// headers of their own, refusals said by HTTP status.
import { isRsaSigned, signRsa } from '../../../signatures/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../../inbound.ts';
import { answerText, readAuthorization, restText } from '../alipay.auth.ts';
import { type AlipayDeps, merchantOf, privateKeyOf } from '../alipay.deps.ts';
import { businessTexts } from '../alipay.problems.ts';
import type { Asked, Operation } from './operations.ts';

const SKEW_MS_MAX = 10 * 60_000;

const texts = {
  'missing-signature': '缺少签名参数',
  'invalid-app-id': '无效的AppID参数',
  'invalid-signature': '验签出错',
  'invalid-timestamp': '非法的时间戳参数',
  'invalid-format': '无效的数据格式',
} as const;
type Refusal = keyof typeof texts;

type Judged =
  | { readonly asked: Asked; readonly sign: string }
  | { readonly refused: Refusal; readonly sign: string | null };

export function restRoutes(
  deps: AlipayDeps,
  operations: Readonly<Record<string, Operation>>,
): readonly InboundRoute[] {
  const { clock, ids } = deps;

  function judge(request: InboundRequest): Judged {
    const auth = readAuthorization(request.headers.authorization);
    if (auth === null) return { refused: 'missing-signature', sign: null };
    const found = deps.participants.named('alipay', auth.appId);
    const settings = found === undefined ? null : merchantOf(found.connection);
    if (found === undefined || settings === null || !found.isUsable) {
      return { refused: 'invalid-app-id', sign: null };
    }
    const { connection } = found;
    const sign = privateKeyOf(connection);
    const text = Buffer.from(request.body).toString('utf8');
    const signed = restText(auth.text, request.method, request.target, text);
    if (!isRsaSigned(settings.appPublicKey, signed, auth.signature)) {
      return { refused: 'invalid-signature', sign };
    }
    const nowMs = clock.nowMs();
    if (!(Math.abs(nowMs - auth.atMs) <= SKEW_MS_MAX))
      return { refused: 'invalid-timestamp', sign };
    const nonce = `alipay ${auth.appId}`;
    if (!deps.replays.admit(nonce, auth.nonce, nowMs + SKEW_MS_MAX)) {
      return { refused: 'invalid-signature', sign };
    }
    const parsed = parseJson(request.body);
    if (!parsed.ok) return { refused: 'invalid-format', sign };
    const evidence = Buffer.from(`${auth.signature}\n${signed}`, 'utf8');
    const asked = {
      connection,
      appId: auth.appId,
      content: parsed.value,
      notifyUrl: null,
      evidence,
    };
    return { asked, sign };
  }

  function answer(status: number, json: object, sign: string | null): InboundAnswer {
    const body = JSON.stringify(json);
    const timestamp = String(clock.nowMs());
    const nonce = ids.compact();
    const signature = sign === null ? null : signRsa(sign, answerText(timestamp, nonce, body));
    return {
      status,
      headers: {
        'content-type': 'application/json;charset=utf-8',
        'alipay-timestamp': timestamp,
        'alipay-nonce': nonce,
        'alipay-trace-id': ids.compact(),
        ...(signature === null ? {} : { 'alipay-signature': signature }),
      },
      body,
    };
  }

  function refusal(status: number, code: string, message: string, sign: string | null) {
    const link = `https://open.alipay.com/api/errCheck?code=${encodeURIComponent(code)}`;
    return answer(status, { code, message, links: [{ link, desc: '解决方案' }] }, sign);
  }

  const route = (name: string, operation: Operation): InboundRoute => ({
    method: 'POST',
    path: `/v3/alipay/${name.replaceAll('.', '/')}`,
    contentTypes: ['application/json'],
    async handle(request) {
      const judged = judge(request);
      if ('refused' in judged) {
        const status = judged.refused === 'invalid-format' ? 400 : 401;
        return refusal(status, judged.refused, texts[judged.refused], judged.sign);
      }
      const outcome = await operation(judged.asked);
      if (outcome.ok) return answer(200, outcome.fields, judged.sign);
      const { code, detail } = outcome;
      const text = detail === null ? businessTexts[code] : `${businessTexts[code]}：${detail}`;
      return refusal(code === 'SYSTEM_ERROR' ? 500 : 400, `ACQ.${code}`, text, judged.sign);
    },
  });

  return Object.entries(operations).map(([name, operation]) => route(name, operation));
}
