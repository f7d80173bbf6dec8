// What a user does in the WeChat app: opens a merchant's code, pays, or leaves without a word to
// anybody. Opening binds nothing: whoever pays first has paid.
import type { PlatformContext } from './platform.context.ts';
import type { Order } from './platform.order.ts';
import type { Orders } from './platform.orders.ts';

export interface Wish {
  /** An openid. */
  readonly user: string;
  /** What the code says: the order's code_url. */
  readonly qrCode: string;
}

/** Why the app says no, in the words of the platform where it has some. */
export type UserRefusal =
  | 'USER_NOT_EXIST'
  | 'ORDER_NOT_EXIST'
  | 'ORDERPAID'
  | 'ORDER_CLOSED'
  | 'CODE_EXPIRED'
  | 'NOT_ENOUGH';

export interface Users {
  scan(wish: Wish): Order | UserRefusal;
  /** The money moves at once. */
  confirm(wish: Wish): Order | UserRefusal;
  /** The order stays as it is, and nobody is told. */
  decline(wish: Wish): Order | UserRefusal;
}

export function createUsers(
  { book, record, clock, newId }: PlatformContext,
  orders: Pick<Orders, 'current' | 'isCodeLive'>,
): Users {
  function scan({ user, qrCode }: Wish): Order | UserRefusal {
    if (!book.users.has(user)) return 'USER_NOT_EXIST';
    const order = orders.current(book.byCode(qrCode));
    if (order === undefined) return 'ORDER_NOT_EXIST';
    if (order.state === 'SUCCESS') return 'ORDERPAID';
    if (order.state === 'CLOSED') return 'ORDER_CLOSED';
    return orders.isCodeLive(order) ? order : 'CODE_EXPIRED';
  }

  return {
    scan,
    decline: scan,
    confirm(wish) {
      const order = scan(wish);
      if (typeof order === 'string') return order;
      const user = book.users.get(wish.user);
      if (user === undefined) return 'USER_NOT_EXIST';
      if (user.fen < order.fen) return 'NOT_ENOUGH';
      const { mchid, no } = order;
      record({
        type: 'paid',
        mchid,
        no,
        atMs: clock.nowMs(),
        userId: user.userId,
        transactionId: newId.transaction(),
        noticeId: newId.notification(),
      });
      return order;
    },
  };
}
