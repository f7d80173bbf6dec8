// The native protocol of Hutong: what participants call, and what their wallets serve.
export * from './bulk.ts';
export * from './directory.ts';
export * from './holds.ts';
export * from './mandates.ts';
export * from './openapi.ts';
export * from './orders.ts';
export * from './participant.ts';
export * from './party.ts';
export * from './payments.ts';
export * from './rates.ts';
export * from './route.ts';
export * from './routes.ts';
export * from './status.ts';
export * from './wallet.ts';
export * from './webhooks.ts';
