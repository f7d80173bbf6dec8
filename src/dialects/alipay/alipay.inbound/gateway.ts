// Version 2: POST /gateway.do. Parameters in query and form, the answer's inner object signed byte
// for byte; refusals have the same shape and are signed too, once it is known by whose key.

import { signRsa } from '../../../signatures/index.ts';
import { parseJson } from '../../../wire/index.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from '../../inbound.ts';
import { areParametersSigned, type Fields } from '../alipay.auth.ts';
import { type AlipayDeps, merchantOf, privateKeyOf } from '../alipay.deps.ts';
import { businessTexts } from '../alipay.problems.ts';
import type { Operation, Outcome } from './operations.ts';

/** Of the gateway itself: opendocs.alipay.com, 公共错误码. */
const gatewayCodes = {
  'isv.missing-method': ['40001', '缺少方法名参数'],
  'isv.missing-app-id': ['40001', '缺少AppID参数'],
  'isv.missing-signature': ['40001', '缺少签名参数'],
  'isv.missing-signature-type': ['40001', '缺少签名类型参数'],
  'isv.missing-timestamp': ['40001', '缺少时间戳参数'],
  'isv.missing-version': ['40001', '缺少版本参数'],
  'isv.invalid-method': ['40002', '不存在的方法名'],
  'isv.invalid-app-id': ['40002', '无效的AppID参数'],
  'isv.invalid-signature-type': ['40002', '无效签名类型'],
  'isv.invalid-signature': ['40002', '验签出错'],
  'isv.invalid-charset': ['40002', '无效字符集'],
  'isv.invalid-format': ['40002', '无效的数据格式'],
  'isv.invalid-timestamp': ['40002', '非法的时间戳参数'],
  'isv.invalid-encrypt': ['40002', '不支持的加密'],
} as const;
type GatewayCode = keyof typeof gatewayCodes;

const REQUIRED = [
  ['method', 'isv.missing-method'],
  ['app_id', 'isv.missing-app-id'],
  ['sign', 'isv.missing-signature'],
  ['sign_type', 'isv.missing-signature-type'],
  ['timestamp', 'isv.missing-timestamp'],
  ['version', 'isv.missing-version'],
] as const;

const MESSAGES: Readonly<Record<string, string>> = {
  '40001': 'Missing Required Arguments',
  '40002': 'Invalid Arguments',
};

function gatewayNode(code: GatewayCode): string {
  const [number, text] = gatewayCodes[code];
  return JSON.stringify({ code: number, msg: MESSAGES[number], sub_code: code, sub_msg: text });
}

function nodeOf(outcome: Outcome): string {
  if (outcome.ok) return JSON.stringify({ code: '10000', msg: 'Success', ...outcome.fields });
  const detail = outcome.detail === null ? '' : `：${outcome.detail}`;
  return JSON.stringify({
    code: outcome.code === 'SYSTEM_ERROR' ? '20000' : '40004',
    msg: outcome.code === 'SYSTEM_ERROR' ? 'Service Currently Unavailable' : 'Business Failed',
    sub_code: `ACQ.${outcome.code}`,
    sub_msg: `${businessTexts[outcome.code]}${detail}`,
  });
}

/** What speaks against the form of the parameters, in the order of Alipay's table. */
function formFault(fields: Fields): GatewayCode | null {
  for (const [name, code] of REQUIRED) if ((fields.get(name) ?? '') === '') return code;
  if (fields.get('sign_type') !== 'RSA2') return 'isv.invalid-signature-type';
  if (!/^utf-?8$/i.test(fields.get('charset') ?? 'utf-8')) return 'isv.invalid-charset';
  if (!/^json$/i.test(fields.get('format') ?? 'json')) return 'isv.invalid-format';
  if (fields.has('encrypt_type')) return 'isv.invalid-encrypt';
  // its form alone: clients send the time of their own zone
  const isTime = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(fields.get('timestamp') ?? '');
  return isTime ? null : 'isv.invalid-timestamp';
}

export function gatewayRoute(
  deps: AlipayDeps,
  operations: Readonly<Record<string, Operation>>,
): InboundRoute {
  function contentOf(fields: Fields): unknown {
    const parsed = parseJson(Buffer.from(fields.get('biz_content') ?? '{}', 'utf8'));
    return parsed.ok ? parsed.value : null;
  }

  async function nodeFor(fields: Fields, request: InboundRequest) {
    const fault = formFault(fields);
    const appId = fields.get('app_id') ?? '';
    const found = deps.participants.named('alipay', appId);
    const settings = found === undefined ? null : merchantOf(found.connection);
    const sign = found === undefined ? null : privateKeyOf(found.connection);
    if (fault !== null) return { node: gatewayNode(fault), sign };
    if (found === undefined || settings === null || !found.isUsable) {
      return { node: gatewayNode('isv.invalid-app-id'), sign };
    }
    if (!areParametersSigned(settings.appPublicKey, fields)) {
      return { node: gatewayNode('isv.invalid-signature'), sign };
    }
    const operation = operations[(fields.get('method') ?? '').replace(/^alipay\./, '')];
    if (operation === undefined) return { node: gatewayNode('isv.invalid-method'), sign };
    const notifyUrl = fields.get('notify_url') ?? null;
    const evidence = Buffer.concat([Buffer.from(`${request.target}\n`), request.body]);
    const { connection } = found;
    const content = contentOf(fields);
    const outcome = await operation({ connection, appId, content, notifyUrl, evidence });
    return { node: nodeOf(outcome), sign };
  }

  async function handle(request: InboundRequest): Promise<InboundAnswer> {
    const at = request.target.indexOf('?');
    const query = at < 0 ? '' : request.target.slice(at + 1);
    const form = Buffer.from(request.body).toString('utf8');
    const given = [...new URLSearchParams(query), ...new URLSearchParams(form)];
    const fields = new Map(given);
    const { node, sign } = await nodeFor(fields, request);
    const method = fields.get('method') ?? '';
    const isNamed = /^[a-z.]{1,64}$/.test(method);
    const key = isNamed ? `${method.replaceAll('.', '_')}_response` : 'error_response';
    const signature = sign === null ? '' : `,"sign":"${signRsa(sign, node)}"`;
    return {
      status: 200,
      headers: { 'content-type': 'text/html;charset=utf-8', trace_id: request.requestId },
      body: `{"${key}":${node}${signature}}`,
    };
  }

  return { method: 'POST', path: '/gateway.do', contentTypes: null, handle };
}
