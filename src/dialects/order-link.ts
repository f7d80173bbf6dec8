// An order's link, `GET /o/{id}`: what a shop's code holds. Opened by a platform's app it leads to
// what that app can pay, at the platform's own address; opened by anything else it says what is
// asked for. The page carries no script and asks nobody else.
import { orderIdSchema } from '@hutong/sdk/contract';
import type { Currencies } from '../money/index.ts';
import { formatAmount } from '../money/index.ts';
import type { Credential, OrderView, PaymentView } from '../payments/port.ts';
import { definitionOf, textOf } from '../problems/index.ts';
import type { Dialect, DialectDeps } from './dialect.ts';
import type { InboundAnswer, InboundRequest, InboundRoute } from './inbound.ts';
import { languageOf } from './inbound.ts';

const PLATFORM_ANSWERS_WITHIN_MS = 5_000;
/** A well-formed id that no order has. */
const NO_ORDER = '00000000-0000-7000-8000-000000000000';
const NOBODY: Credential = { participantId: '', connectionId: '', keyId: '' };

/** What stands in a shop's code. */
export const orderLink = (publicUrl: string, orderId: string) => `${publicUrl}/o/${orderId}`;

type AppDialect = Pick<Dialect<never, never>, 'id' | 'title' | 'app'>;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (c) => escapes[c] ?? c);

function page(status: number, title: string, lines: readonly string[]): InboundAnswer {
  const body = lines.map((line) => `<p>${escaped(line)}</p>`).join('\n');
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'cache-control': 'no-store',
    },
    body:
      `<!doctype html>\n<html lang="zh"><meta charset="utf-8">\n` +
      `<meta name="viewport" content="width=device-width">\n<title>${escaped(title)}</title>\n` +
      '<style>body{font:18px system-ui;max-width:28em;margin:3em auto;padding:0 1em}</style>\n' +
      `<h1>${escaped(title)}</h1>\n${body}\n</html>\n`,
  };
}

const STATES: Readonly<Record<OrderView['state'], string>> = {
  open: '请用钱包 App 扫码付款 · scan this code with a wallet app to pay',
  claimed: '正在付款 · somebody is paying it',
  paid: '已付款 · paid',
  closed: '已关闭 · closed',
};

function amountOf(currencies: Currencies, { amount }: OrderView): string {
  const currency = currencies.byCode(amount.currency);
  const text = currency === undefined ? String(amount.minor) : formatAmount(amount.minor, currency);
  return `${text} ${amount.currency}`;
}

/** The record of the debit leg: what the platform's app understands. */
const recordOf = ({ payment }: PaymentView) => payment.legs[0]?.record ?? null;

export function orderLinkRoutes(
  deps: DialectDeps,
  dialects: readonly AppDialect[],
): readonly InboundRoute[] {
  const { payments, participants, currencies } = deps;

  async function lead(order: OrderView, dialect: AppDialect): Promise<InboundAnswer> {
    const [connection] = participants.usable(dialect.id, 'collect', order.amount.currency);
    const title = amountOf(currencies, order);
    if (connection === undefined) {
      return page(409, title, [`${dialect.title}: 未接入 · not connected here`]);
    }
    const collected = await payments.collectAt({
      orderId: order.id,
      connectionId: connection.id,
      waitMs: PLATFORM_ANSWERS_WITHIN_MS,
    });
    if (!collected.ok) {
      const { code } = collected.problem;
      return page(definitionOf(code).status, title, [
        textOf(code, 'zh').title,
        textOf(code, 'en').title,
      ]);
    }
    const location = recordOf(collected.value);
    if (location === null) return page(503, title, ['请稍后再试 · try again in a moment']);
    return { status: 302, headers: { location, 'cache-control': 'no-store' }, body: null };
  }

  async function handle(request: InboundRequest): Promise<InboundAnswer> {
    const id = orderIdSchema.safeParse(request.params['id']).data ?? NO_ORDER;
    const found = await payments.order(NOBODY, { by: 'id', id });
    if (!found.ok) {
      const { code } = found.problem;
      return page(
        definitionOf(code).status,
        textOf(code, languageOf(request.headers['accept-language'])).title,
        [],
      );
    }
    const order = found.value;
    const agent = request.headers['user-agent'] ?? '';
    const dialect = dialects.find(({ app }) => app?.userAgent.test(agent) === true);
    if (dialect !== undefined && order.state === 'open') return lead(order, dialect);
    const lines = [order.payeeName ?? '', order.description ?? '', STATES[order.state]];
    return page(
      200,
      amountOf(currencies, order),
      lines.filter((line) => line !== ''),
    );
  }

  return [{ method: 'GET', path: '/o/{id}', contentTypes: null, handle }];
}
