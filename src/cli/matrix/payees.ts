// Who is paid in the matrix: a shop of each dialect, by the platform's real client library, or by a
// wallet of our own where the protocol is our own.
import type { SandboxShop } from '../../sandbox/sandbox-file.ts';
import type { ShopProgram } from '../../sandbox/shop-program.ts';
import type { Wallet } from '../wallets.ts';

export interface Payee {
  readonly dialect: string;
  readonly participant: string;
  readonly driver: 'real-client' | 'wallet';
  /** The code that the shop shows; the same number is the same order. */
  order(no: string, amount: string): Promise<string>;
  isPaid(no: string): Promise<boolean>;
  close(no: string): Promise<void>;
  refund(no: string, refundNo: string, amount: string): Promise<void>;
  isRefunded(no: string, refundNo: string): Promise<boolean>;
  /** How often it was told, by a notification it could verify; null where it is not told. */
  timesTold(no: string, refundNo: string | null): Promise<number | null>;
  /** Its side does not take, or answers late to, what comes next. */
  hush(): Promise<void>;
}

const LATE_MS = 700;

export function nativePayee({ control, participant }: Wallet, account: string): Payee {
  const orders = new Map<string, string>();
  const orderOf = (no: string) => control.order(orders.get(no) ?? '');
  return {
    dialect: 'native',
    participant,
    driver: 'wallet',
    async order(no, amount) {
      const money = { amount, currency: 'CNY' };
      const order = await control.createOrder({ account, amount: money, key: no });
      orders.set(no, order.id);
      return order.link;
    },
    isPaid: async (no) => (await orderOf(no)).state === 'paid',
    async close(no) {
      await control.closeOrder(orders.get(no) ?? '');
    },
    async refund(no, refundNo, amount) {
      const { paymentId = '' } = await orderOf(no);
      const money = { amount, currency: 'CNY' };
      const back = await control.refund({ paymentId, amount: money, key: refundNo });
      if (back.state === 'released') throw new Error(back.problem?.code ?? 'refused');
    },
    async isRefunded(_no, refundNo) {
      const outgoing = await control.outgoing();
      return outgoing.find(({ key }) => key === refundNo)?.state === 'taken';
    },
    timesTold: () => Promise.resolve(null),
    async hush() {
      await control.addFault({ kind: 'late', ms: LATE_MS });
    },
  };
}

export function shopPayee({ dialect, participant }: SandboxShop, program: ShopProgram): Payee {
  return {
    dialect,
    participant,
    driver: 'real-client',
    order: (no, amount) => program.order(no, amount, '一壶茶'),
    isPaid: async (no) => (await program.query(no)).state === 'paid',
    close: async (no) => void (await program.close(no)),
    refund: async (no, refundNo, amount) => void (await program.refund(no, refundNo, amount)),
    isRefunded: program.isRefunded,
    async timesTold(no, refundNo) {
      const notices = await program.notices();
      return notices.filter((told) => 'no' in told && told.no === no && told.refundNo === refundNo)
        .length;
    },
    hush: async () => void (await program.deaf(1)),
  };
}
