// Alipay's official client, unmodified. TypeScript sees the declarations beside this file, so that
// the house is type-checked without the package installed.
export { AlipaySdk } from 'alipay-sdk';
