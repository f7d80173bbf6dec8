// The one list of dialects: a new one is a folder and a line here.
import type { AlipayDeps } from './alipay/alipay.deps.ts';
import { alipayDialect } from './alipay/alipay.dialect.ts';
import type { NativeDeps } from './native/native.deps.ts';
import { nativeDialect } from './native/native.dialect.ts';
import type { WechatpayDeps } from './wechatpay/wechatpay.deps.ts';
import { wechatpayDialect } from './wechatpay/wechatpay.dialect.ts';

export const dialects = [nativeDialect, alipayDialect, wechatpayDialect] as const;

/** What the composition root must offer so that every dialect of the list can be mounted. */
export type RegistryDeps = NativeDeps & AlipayDeps & WechatpayDeps;
