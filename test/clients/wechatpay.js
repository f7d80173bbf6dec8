// WeChat Pay's best-kept client, unmodified. TypeScript sees the declarations beside this file, so
// that the house is type-checked without the package installed.
export { Aes, Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
