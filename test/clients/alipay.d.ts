// What of Alipay's official client our tests use, with answers as `unknown`: a test reads them by a
// schema. Taken from the declarations of alipay-sdk 4.14.
export interface AlipaySdkConfig {
  readonly appId: string;
  /** PEM or its bare base64. */
  readonly privateKey: string;
  /** PKCS1 unless told otherwise. */
  readonly keyType?: 'PKCS1' | 'PKCS8';
  readonly alipayPublicKey?: string;
  /** Version 2. */
  readonly gateway?: string;
  /** Version 3. */
  readonly endpoint?: string;
  readonly timeout?: number;
  readonly camelcase?: boolean;
  /** AES, base64. */
  readonly encryptKey?: string;
  readonly appCertContent?: string;
  readonly alipayPublicCertContent?: string;
  readonly alipayRootCertContent?: string;
}

export interface AlipayExecParams {
  readonly bizContent?: object;
  readonly notifyUrl?: string;
  readonly needEncrypt?: boolean;
}

export interface AlipayCurlOptions {
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  readonly needEncrypt?: boolean;
  readonly requestId?: string;
}

export declare class AlipaySdk {
  constructor(config: AlipaySdkConfig);
  exec(
    method: string,
    params?: AlipayExecParams,
    options?: { readonly validateSign?: boolean },
  ): Promise<Readonly<Record<string, unknown>>>;
  /** @throws an error with `code` and `responseHttpStatus` when the platform refuses. */
  curl(
    method: 'GET' | 'POST',
    path: string,
    options?: AlipayCurlOptions,
  ): Promise<{
    readonly data: unknown;
    readonly responseHttpStatus: number;
    readonly traceId: string;
  }>;
  sdkExec(method: string, params: AlipayExecParams): string;
  pageExec(method: string, httpMethod: 'GET' | 'POST', params: AlipayExecParams): string;
  /** @throws where the answer is not the platform's. */
  checkResponseSign(raw: string, responseKey: string, sign: string, traceId: string): void;
  checkNotifySign(fields: object): boolean;
  checkNotifySignV2(fields: object): boolean;
}
