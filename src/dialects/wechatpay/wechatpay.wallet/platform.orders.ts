// What the simulated WeChat Pay does with merchants' orders. No HTTP, no signatures. Deciding and
// booking happen in one go, so two requests at once are one after the other.
import type { Merchant } from './platform.config.ts';
import type { PlatformContext } from './platform.context.ts';
import { transactionOf } from './platform.notices.ts';
import type { Order } from './platform.order.ts';
import { type Answer, refuse, wrongField } from './platform.refusals.ts';
import { closeSchema, orderSchema, read } from './platform.requests.ts';

/** How long a code can be scanned, and how long an order lives that names no end. */
const CODE_MS = 2 * 3_600_000;

const FOREIGN = 'is not of who signs';

export type Orders = ReturnType<typeof createOrders>;

export function createOrders({ book, record, clock, newId }: PlatformContext) {
  const now = () => clock.nowMs();
  const at = ({ mchid, no }: Order) => ({ mchid, no, atMs: now() });

  /** As it stands now: what has expired is closed. */
  function current(order: Order | undefined): Order | undefined {
    if (order?.state === 'NOTPAY' && order.expiresAtMs <= now()) {
      record({ type: 'closed', ...at(order) });
    }
    return order;
  }

  const isCodeLive = ({ codedAtMs }: Order) => now() < codedAtMs + CODE_MS;

  /** The code of an order that was asked for before. */
  function again(order: Order, content: string): Answer {
    if (order.state === 'SUCCESS') return refuse('ORDERPAID');
    if (order.state === 'CLOSED') return refuse('ORDER_CLOSED');
    if (order.content !== content) return refuse('OUT_TRADE_NO_USED');
    if (!isCodeLive(order)) record({ type: 'recoded', ...at(order), codeUrl: newId.codeUrl() });
    return { status: 200, json: { code_url: order.codeUrl } };
  }

  function order(merchant: Merchant, body: Buffer): Answer {
    const asked = read(orderSchema, body);
    if (!asked.ok) return asked.refusal;
    const { mchid, appid, out_trade_no: no, description, notify_url: notifyUrl } = asked.value;
    const { amount, attach = null, time_expire: end } = asked.value;
    if (mchid !== merchant.mchid) return wrongField('/mchid', FOREIGN);
    if (appid !== merchant.appid) return refuse('APPID_MCHID_NOT_MATCH');
    const content = JSON.stringify([amount.total, description, attach, notifyUrl]);
    const before = current(book.order(mchid, no));
    if (before !== undefined) return again(before, content);
    const expiresAtMs = end === undefined ? now() + CODE_MS : Date.parse(end);
    if (expiresAtMs <= now()) return wrongField('/time_expire', 'is over');
    const codeUrl = newId.codeUrl();
    const fen = String(amount.total);
    const named = { mchid, no, atMs: now(), description, attach, notifyUrl };
    record({ type: 'ordered', ...named, codeUrl, fen, expiresAtMs, content });
    return { status: 200, json: { code_url: codeUrl } };
  }

  return {
    current,
    isCodeLive,
    order,
    query(
      { mchid, appid }: Merchant,
      name: { readonly no: string } | { readonly id: string },
    ): Answer {
      const named = 'no' in name ? book.order(mchid, name.no) : book.byTransaction(name.id);
      const found = current(named);
      if (found?.mchid !== mchid) return refuse('ORDER_NOT_EXIST');
      return { status: 200, json: transactionOf(found, appid) };
    },
    close({ mchid }: Merchant, no: string, body: Buffer): Answer {
      const asked = read(closeSchema, body);
      if (!asked.ok) return asked.refusal;
      if (asked.value.mchid !== mchid) return wrongField('/mchid', FOREIGN);
      const found = current(book.order(mchid, no));
      if (found === undefined) return refuse('ORDER_NOT_EXIST');
      if (found.state === 'SUCCESS') return refuse('ORDERPAID');
      if (found.state === 'NOTPAY') record({ type: 'closed', ...at(found) });
      return { status: 204, json: null };
    },
  };
}
