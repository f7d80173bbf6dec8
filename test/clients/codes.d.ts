// What the tests use of codes.js.
type Wish = Readonly<Record<string, string | number | boolean>>;
type Read = Readonly<Record<string, unknown>>;

export declare const readers: {
  /** The value of an object, or of one inside it; undefined where the code is refused. */
  promptparse(payload: string, id: string, subId?: string): string | undefined;
  /** The payload that it makes of what it read. */
  emvQrcps(payload: string): string;
  bakongKhqr(payload: string): { readonly isValid: boolean; readonly data: Read };
  pixUtils(payload: string): Read;
  vietnamQrPay(payload: string): Read;
};

export declare const writers: {
  promptpayQr(target: string, amount?: number): string;
  promptparseBill(billerId: string, reference1: string, amount: number): string;
  bakongKhqr(wish: {
    readonly account: string;
    readonly name: string;
    readonly city: string;
    readonly amount?: number;
    readonly expiresAtMs?: number;
  }): string;
  paynowQr(wish: Wish): string;
  pixStatic(wish: Wish): string;
  pixDynamic(wish: Wish): string;
  pixRecurrence(wish: Wish): string;
  vietQr(wish: Wish): string;
  upi(wish: Wish): Promise<string>;
};
