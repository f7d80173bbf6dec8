// The words of every problem in Simplified Chinese (简体中文): title, suggestion (what to do), and
// where an occurrence has facts a detail with {params}. Codes, statuses and retry advice are in the
// contract.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { ProblemText } from './problem-text.ts';

export const chinese: Readonly<Record<ProblemCode, ProblemText>> = {
  route_not_found: {
    title: '没有这个路径',
    suggestion: '请对照接口文档检查路径和版本前缀。',
  },
  method_not_allowed: {
    title: '该路径不接受此方法',
    suggestion: '请改用 Allow 响应头列出的方法。',
  },
  not_acceptable: {
    title: '无法提供所要求的媒体类型',
    suggestion: '请在 Accept 中接受 application/json，或不发送该请求头。',
  },
  content_type_unsupported: {
    title: '不支持的内容类型',
    suggestion: '请按接口文档规定的媒体类型发送请求体。',
    detail: '此处不接受 {contentType}',
  },
  body_too_large: {
    title: '请求体过大',
    suggestion: '请减小请求体，可拆分的请拆分发送。',
    detail: '最多读取 {maxBytes} 字节',
  },
  json_malformed: {
    title: '请求体不是合法的 JSON',
    suggestion: '请发送符合 RFC 8259 的 UTF-8 JSON，只含一个值，其后不得有内容。',
  },
  json_too_deep: {
    title: 'JSON 嵌套过深',
    suggestion: '请按接口文档的结构发送。',
    detail: '最多读取 {maxDepth} 层',
  },
  json_duplicate_key: {
    title: 'JSON 对象中有重复的键',
    suggestion: '每个键只发送一次：无法判断应以哪一个为准。',
  },
  json_forbidden_key: {
    title: 'JSON 对象中有禁止使用的键',
    suggestion: '请去掉 __proto__、constructor 和 prototype。',
  },
  xml_malformed: {
    title: '请求体不是格式良好的 XML',
    suggestion: '请发送格式良好的 UTF-8 XML。',
  },
  xml_forbidden: {
    title: 'XML 中含有禁止的内容',
    suggestion: '请去掉 DOCTYPE、实体和处理指令。',
  },
  text_forbidden: {
    title: '文本中含有无法保存的字符',
    suggestion: '请去掉 U+0000 和不成对的代理项。',
  },
  request_invalid: {
    title: '请求不符合规定的结构',
    suggestion: '请修正 errors 所指的各个字段。',
  },
  idempotency_key_missing: {
    title: '缺少幂等键',
    suggestion: '请发送 Idempotency-Key 请求头：每件只做一次的事使用一个新的 UUID。',
  },
  idempotency_key_invalid: {
    title: '幂等键格式不正确',
    suggestion: '请使用 1 至 128 个可见 ASCII 字符，建议使用 UUID。',
  },
  signature_missing: {
    title: '请求未签名',
    suggestion: '请按 RFC 9421 用已登记的密钥签名后重新发送。',
  },
  signature_malformed: {
    title: '无法解析签名请求头',
    suggestion: '请按 RFC 9421 和 RFC 8941 构造 Signature-Input 与 Signature。',
  },
  signature_component_missing: {
    title: '签名未覆盖必需的组成部分',
    suggestion: '请覆盖接口文档列出的全部组成部分。',
    detail: '未覆盖：{components}',
  },
  signature_expired: {
    title: '签名已过期',
    suggestion: '请校准时钟，重新签名后用同一幂等键发送。',
  },
  signature_from_future: {
    title: '签名时间在未来',
    suggestion: '请用 NTP 校准时钟，重新签名后用同一幂等键发送。',
  },
  key_unknown: {
    title: '签名密钥未登记',
    suggestion: '请向运营方登记公钥，或使用登记时的 keyid。',
  },
  signature_invalid: {
    title: '签名不匹配',
    suggestion: '请将签名原文与 RFC 9421 对所发字节规定的原文比对，并确认私钥与 keyid 对应。',
  },
  digest_missing: {
    title: '缺少内容摘要',
    suggestion: '请按 RFC 9530 发送 sha-256 或 sha-512 的 Content-Digest，并纳入签名。',
  },
  digest_mismatch: {
    title: '内容摘要与请求体不符',
    suggestion: '请对实际发送的字节计算摘要，并确认途中没有被改动。',
  },
  signature_replayed: {
    title: '该签名已被使用过',
    suggestion: '请用新的 nonce 重新签名，幂等键保持不变。',
  },
  credential_revoked: {
    title: '凭证已被吊销',
    suggestion: '请使用有效的密钥；如属意外请联系运营方。',
  },
  participant_not_active: {
    title: '参与方尚未启用',
    suggestion: '请先与运营方完成接入流程。',
  },
  participant_suspended: {
    title: '参与方已被暂停',
    suggestion: '请联系运营方；进行中的支付仍会处理完毕。',
  },
  not_permitted: {
    title: '凭证无权执行此操作',
    suggestion: '请使用有权限的凭证，或向运营方申请权限。',
  },
  idempotency_conflict: {
    title: '幂等键已用于其他内容',
    suggestion: '新的请求请用新的键；重试请发送与首次完全相同的内容。',
  },
  currency_unknown: {
    title: '没有这种货币',
    suggestion: '请使用 ISO 4217 代码或本体系登记的代币代码。',
    detail: '未知货币 {currency}',
  },
  currency_not_supported: {
    title: '此处不支持该货币',
    suggestion: '请使用双方参与方都持有头寸的货币，或请求带兑换的报价。',
    detail: '不支持 {currency}',
  },
  amount_malformed: {
    title: '金额不是规范的十进制数',
    suggestion: '请写成 0.05 或 12.5：不得有符号、指数、分隔符、前导零或末尾小数点。',
  },
  amount_negative: {
    title: '金额为负数',
    suggestion: '请发送大于零的金额；方向由操作决定，不用符号表示。',
  },
  amount_zero: {
    title: '金额为零',
    suggestion: '请至少发送一个最小货币单位。',
  },
  amount_too_precise: {
    title: '金额的小数位数超过该货币的精度',
    suggestion: '请自行舍入；系统绝不代为舍入。',
    detail: '{currency} 有 {exponent} 位小数',
  },
  amount_too_large: {
    title: '金额超过系统可处理的上限',
    suggestion: '请拆分，或在体系之外结算。',
    detail: '最多 {maximum}',
  },
  alias_malformed: {
    title: '别名格式不正确',
    suggestion: '请按该类别名的格式书写，电话号码用 E.164。',
  },
  lookup_budget_exhausted: {
    title: '查询额度已用完',
    suggestion: '请稍候；只查询客户确实要付款的对象，完成支付会返还额度。',
  },
  alias_not_found: {
    title: '该别名下没有可收款方',
    suggestion: '请与收款人核对，或索取其他别名。',
  },
  alias_taken: {
    title: '该别名已被占用',
    suggestion: '请让当事人在现有参与方处释放或转移该别名。',
  },
  alias_not_yours: {
    title: '该别名由其他参与方登记',
    suggestion: '只有登记该别名的参与方可以修改。',
  },
  payee_participant_unavailable: {
    title: '暂时无法连接收款方的参与方',
    suggestion: '请稍后以新的支付重试。',
  },
  payee_not_payable: {
    title: '收款方无法收款',
    suggestion: '请收款方检查其账户，或使用其他别名。',
  },
  payer_is_payee: {
    title: '付款方与收款方是同一账户',
    suggestion: '请向其他账户付款。',
  },
  quote_not_found: {
    title: '没有这个报价',
    suggestion: '请重新请求报价。',
  },
  quote_expired: {
    title: '报价已过期',
    suggestion: '请重新请求报价，并再次向付款人展示。',
  },
  quote_mismatch: {
    title: '支付与报价不一致',
    suggestion: '请按报价中的金额、货币和当事人发送，或重新请求报价。',
  },
  quote_used: {
    title: '该报价已用于另一笔支付',
    suggestion: '请重新请求报价：每个报价只约束一笔支付。',
  },
  rate_unavailable: {
    title: '当前没有该货币对的汇率',
    suggestion: '请稍后再试，或以收款方的货币支付。',
    detail: '{from} 兑 {to}',
  },
  fee_exceeds_amount: {
    title: '费用不低于金额',
    suggestion: '请提高金额，或改由另一方承担费用。',
  },
  order_not_found: {
    title: '没有这个订单',
    suggestion: '请向收款方索取新的二维码或链接。',
  },
  order_already_paid: {
    title: '订单已支付',
    suggestion: '请勿重复支付；可查询订单查看由哪笔支付完成。',
  },
  order_closed: {
    title: '订单已关闭',
    suggestion: '请让收款方重新下单。',
  },
  order_expired: {
    title: '订单已过期',
    suggestion: '请让收款方重新下单。',
  },
  order_already_claimed: {
    title: '另一笔支付正在处理该订单',
    suggestion: '请等待其结束；仅在其失败后再试。',
  },
  order_amount_mismatch: {
    title: '金额与订单不一致',
    suggestion: '请按订单金额支付。',
  },
  payment_not_found: {
    title: '没有这笔支付',
    suggestion: '请检查编号；支付只对其参与者可见。',
  },
  payment_expired: {
    title: '支付已过期',
    suggestion: '请发起新的支付；预留的款项已释放。',
  },
  expiry_invalid: {
    title: '有效期已过或过长',
    suggestion: '请在允许范围内选择有效期。',
    detail: '应为自现在起 {minMs} 至 {maxMs} 毫秒',
  },
  capability_unsupported: {
    title: '对方不支持此操作',
    suggestion: '请查看对方的能力，选择其支持的方式。',
    detail: '不支持 {capability}',
  },
  condition_unsupported: {
    title: '该路由无法承载此条件',
    suggestion: '请使用 SHA-256 条件（32 字节原像），或不带条件。',
  },
  evidence_required: {
    title: '缺少所需的证据',
    suggestion: '请附上付款人的授权，或能证明事实的文件。',
  },
  policy_refused: {
    title: '体系规则拒绝了该支付',
    suggestion: '请联系运营方；在允许告知时会注明规则。',
    detail: '规则 {rule}',
  },
  limit_exceeded: {
    title: '将超过限额',
    suggestion: '请减少金额，等待额度恢复，或补充备付。',
    detail: '限额 {limit}',
  },
  payment_held: {
    title: '支付待审核',
    suggestion: '请等待审核结果，结果会以事件通知。',
  },
  refused_by_payer: {
    title: '付款方拒绝',
    suggestion: '请付款人换一种方式支付。',
    detail: '{reason}',
  },
  refused_by_payee: {
    title: '收款方拒绝',
    suggestion: '请与收款方核实后发起新的支付。',
    detail: '{reason}',
  },
  payment_not_completed: {
    title: '支付尚未完成',
    suggestion: '请等待完成后，再用新的幂等键请求。',
  },
  payment_not_cancellable: {
    title: '支付已无法撤销',
    suggestion: '请等待其结束；如已完成请退款。',
  },
  refund_currency_mismatch: {
    title: '退款货币与原支付不同',
    suggestion: '请以原支付的货币退款。',
    detail: '原支付货币为 {currency}',
  },
  refund_exceeds_payment: {
    title: '退款总额将超过原支付',
    suggestion: '退款不得超过剩余金额，处理中的退款也计算在内。',
    detail: '剩余可退 {refundable}',
  },
  refund_too_late: {
    title: '已超过退款期限',
    suggestion: '请以新的支付将款项付还付款人。',
  },
  capture_exceeds_hold: {
    title: '请款超过预授权金额',
    suggestion: '请款不得超过预授权金额，或另行申请预授权。',
    detail: '预授权金额为 {held}',
  },
  fulfilment_mismatch: {
    title: '履约与条件不符',
    suggestion: '请发送 SHA-256 等于条件的 32 字节原像。',
  },
  outcome_contradicts: {
    title: '相反的结果已是终态',
    suggestion: '请勿入账；请与运营方核对差异。',
  },
  already_resolved: {
    title: '该事项已处理',
    suggestion: '请查询当前状态。',
  },
  second_person_required: {
    title: '需要第二人确认',
    suggestion: '请由另一位操作员批准。',
  },
  resource_not_found: {
    title: '找不到该资源',
    suggestion: '请检查编号。',
    detail: '{resource} {id}',
  },
  resource_exists: {
    title: '该资源已存在',
    suggestion: '请查询已有的资源，或另选编号。',
    detail: '{resource} {id}',
  },
  precondition_required: {
    title: '修改必须注明所依据的版本',
    suggestion: '请在 If-Match 中发送已读取的 ETag。',
  },
  precondition_failed: {
    title: '资源在此期间已被修改',
    suggestion: '请重新读取并应用修改，再用新的 ETag 发送。',
  },
  transition_refused: {
    title: '当前状态不允许此操作',
    suggestion: '请查询状态，待状态允许时再操作。',
    detail: '{from} 到 {to}',
  },
  cursor_invalid: {
    title: '游标无效',
    suggestion: '请原样使用返回的游标，或从头开始。',
  },
  address_refused: {
    title: '不允许访问该地址',
    suggestion: '请提供只解析到公网地址的 https 地址。',
  },
  key_refused: {
    title: '无法接受该密钥',
    suggestion: '请登记未被他人使用的 Ed25519 或 P-256 公钥。',
  },
  sandbox_only: {
    title: '仅允许在沙箱中使用',
    suggestion: '请使用生产密钥和参与方自己的账户。',
  },
  rate_limited: {
    title: '请求过于频繁',
    suggestion: '请按 RateLimit 响应头降低频率后，原样重发。',
  },
  overloaded: {
    title: '系统繁忙',
    suggestion: '请按 Retry-After 等待后，用同一幂等键原样重发。',
  },
  not_leader: {
    title: '本实例不是主节点',
    suggestion: '请用同一幂等键原样重发，主节点会响应。',
  },
  clock_suspect: {
    title: '系统时钟存疑',
    suggestion: '请稍后用同一幂等键原样重发，运营人员已收到告警。',
  },
  storage_unavailable: {
    title: '数据库不可用',
    suggestion: '请稍后用同一幂等键原样重发。',
  },
  sequence_not_reached: {
    title: '所要求的进度尚不可读',
    suggestion: '请稍后再读。',
    detail: '当前为 {seq}',
  },
  outcome_unknown: {
    title: '结果未知',
    suggestion: '请按编号查询，或用同一幂等键原样重发：绝不会产生第二次效果。',
  },
  internal: {
    title: '系统内部错误',
    suggestion: '请将 requestId 告知运营方；如需结果请按编号查询，或用同一幂等键原样重发。',
  },
};
