// What of wechatpay-axios-plugin our tests use, with answers as `unknown`: a test reads them by a
// schema. Taken from the declarations of wechatpay-axios-plugin 0.9.6.
export interface WechatpayConfig {
  readonly baseURL: string;
  readonly mchid: string;
  /** Number of the merchant's certificate. */
  readonly serial: string;
  /** PEM. */
  readonly privateKey: string;
  /** PEM of the platform's keys by their numbers. */
  readonly certs: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout?: number;
}

export interface WechatpayAnswer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

interface Options {
  readonly params?: Readonly<Record<string, string>>;
  readonly [placeholder: string]: unknown;
}

export declare class Wechatpay {
  constructor(config: WechatpayConfig);
  /**
   * By address, `v3/pay/transactions/native`; a `{name}` in it is taken from the options.
   * @throws an error with `response` where the platform refuses, or is not believed.
   */
  chain(address: string): {
    get(options?: Options): Promise<WechatpayAnswer>;
    post(body: object, options?: Options): Promise<WechatpayAnswer>;
  };
}

export declare const Formatter: {
  joinedByLineFeed(...lines: readonly string[]): string;
};

export declare const Rsa: {
  verify(text: string, signature: string, publicKey: string): boolean;
};

export declare const Aes: {
  readonly AesGcm: {
    /** @throws where the key or the associated data is another. */
    decrypt(ciphertext: string, key: string, nonce: string, associatedData: string): string;
  };
};
