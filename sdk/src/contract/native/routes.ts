// All routes of the native protocol: those the switch serves, and those a wallet serves.
import { createBulkRoute } from './bulk.ts';
import {
  claimAliasRoute,
  createLookupRoute,
  createQuoteRoute,
  releaseAliasRoute,
} from './directory.ts';
import { capturePaymentRoute, fulfilPaymentRoute, releasePaymentRoute } from './holds.ts';
import {
  collectMandateRoute,
  consentMandateRoute,
  listMandatesRoute,
  moveMandateRoute,
  proposeMandateRoute,
} from './mandates.ts';
import {
  closeOrderRoute,
  createCollectionRoute,
  createOrderRoute,
  getOrderRoute,
} from './orders.ts';
import {
  addOwnKeyRoute,
  listOwnKeysRoute,
  listProfilesRoute,
  retireOwnKeyRoute,
} from './participant.ts';
import {
  createPaymentRoute,
  createRefundRoute,
  findPaymentRoute,
  getPaymentRoute,
  reportLegRoute,
} from './payments.ts';
import { listRatesRoute, setRateRoute } from './rates.ts';
import {
  getEventsRoute,
  getHealthRoute,
  getOpenApiRoute,
  getPositionsRoute,
  getProblemsRoute,
  getReadinessRoute,
} from './status.ts';
import {
  askPartyRoute,
  askQuoteRoute,
  closeCollectionRoute,
  collectRoute,
  creditRoute,
  inquireCollectionRoute,
  inquireCreditRoute,
  inquireRefundRoute,
  refundRoute,
} from './wallet.ts';

import {
  changeWebhookRoute,
  createWebhookRoute,
  deleteWebhookRoute,
  listDeliveriesRoute,
  listWebhooksRoute,
  pingWebhookRoute,
  redeliverRoute,
  replayWebhookRoute,
  rotateWebhookRoute,
} from './webhooks.ts';

export const switchRoutes = {
  createLookup: createLookupRoute,
  createQuote: createQuoteRoute,
  createPayment: createPaymentRoute,
  findPayment: findPaymentRoute,
  getPayment: getPaymentRoute,
  createRefund: createRefundRoute,
  createBulk: createBulkRoute,
  capturePayment: capturePaymentRoute,
  releasePayment: releasePaymentRoute,
  fulfilPayment: fulfilPaymentRoute,
  reportLeg: reportLegRoute,
  createOrder: createOrderRoute,
  getOrder: getOrderRoute,
  closeOrder: closeOrderRoute,
  createCollection: createCollectionRoute,
  proposeMandate: proposeMandateRoute,
  listMandates: listMandatesRoute,
  consentMandate: consentMandateRoute,
  moveMandate: moveMandateRoute,
  collectMandate: collectMandateRoute,
  claimAlias: claimAliasRoute,
  releaseAlias: releaseAliasRoute,
  setRate: setRateRoute,
  listRates: listRatesRoute,
  getPositions: getPositionsRoute,
  getEvents: getEventsRoute,
  listOwnKeys: listOwnKeysRoute,
  addOwnKey: addOwnKeyRoute,
  retireOwnKey: retireOwnKeyRoute,
  listProfiles: listProfilesRoute,
  createWebhook: createWebhookRoute,
  listWebhooks: listWebhooksRoute,
  changeWebhook: changeWebhookRoute,
  deleteWebhook: deleteWebhookRoute,
  rotateWebhook: rotateWebhookRoute,
  pingWebhook: pingWebhookRoute,
  replayWebhook: replayWebhookRoute,
  listDeliveries: listDeliveriesRoute,
  redeliver: redeliverRoute,
  getProblems: getProblemsRoute,
  getOpenApi: getOpenApiRoute,
  getHealth: getHealthRoute,
  getReadiness: getReadinessRoute,
} as const;
export type SwitchRouteId = keyof typeof switchRoutes;

export const walletRoutes = {
  askParty: askPartyRoute,
  askQuote: askQuoteRoute,
  credit: creditRoute,
  inquireCredit: inquireCreditRoute,
  collect: collectRoute,
  inquireCollection: inquireCollectionRoute,
  closeCollection: closeCollectionRoute,
  refund: refundRoute,
  inquireRefund: inquireRefundRoute,
} as const;
export type WalletRouteId = keyof typeof walletRoutes;
