// What a merchant-presented code carries, as values: EMV QRCPS Merchant-Presented Mode 1.1, tables
// 3.1 to 3.8. The form on the wire is merchant-read.ts and merchant-write.ts; who the payee is, is
// in profiles/.
import type { DataObject } from './tlv.ts';

/** A template: an object that holds objects. */
export interface Template {
  readonly id: string;
  readonly objects: readonly DataObject[];
}

/** An object of which either is certain: plain text, or further objects. */
export type PlainOrTemplate = DataObject | Template;

export function isTemplate(object: PlainOrTemplate): object is Template {
  return 'objects' in object;
}

/** `static`: one code for many payments. `dynamic`: a new code for each. */
export type InitiationMode = 'static' | 'dynamic';

/** Ids 55 to 57. */
export type Tip =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'fixed'; readonly amount: string }
  | { readonly kind: 'percentage'; readonly percent: string };

/** Id 62 by the names of table 3.7; `***` asks the consumer to give it. */
export interface AdditionalData {
  readonly billNumber?: string;
  readonly mobileNumber?: string;
  readonly storeLabel?: string;
  readonly loyaltyNumber?: string;
  readonly referenceLabel?: string;
  readonly customerLabel?: string;
  readonly terminalLabel?: string;
  readonly purpose?: string;
  readonly consumerDataRequest?: string;
  readonly taxId?: string;
  readonly channel?: string;
  /** All other ids of the template, in their order: 50–99 are payment systems' templates. */
  readonly others?: readonly PlainOrTemplate[];
}

/** Id 64. */
export interface LanguageTemplate {
  /** ISO 639-1, two letters, as written (`ZH`). */
  readonly preference: string;
  readonly name: string;
  readonly city?: string;
}

export interface MerchantCode {
  /** Id 00; `01` when absent. */
  readonly payloadFormat?: string;
  readonly mode?: InitiationMode;
  /** Ids 02 to 51, in their order: 02–25 card networks, 26–51 templates. */
  readonly accounts: readonly PlainOrTemplate[];
  /** Id 52, ISO 18245, four digits. */
  readonly categoryCode?: string;
  /** Id 53, ISO 4217 number, three digits. */
  readonly currency: string;
  /** Id 54, a decimal in major units as written. */
  readonly amount?: string;
  readonly tip?: Tip;
  /** Id 58, ISO 3166-1, two letters. */
  readonly country: string;
  readonly name?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly additional?: AdditionalData;
  readonly language?: LanguageTemplate;
  /** Ids 65 to 99, in their order: 65–79 reserved, 80–99 unreserved templates. */
  readonly others?: readonly PlainOrTemplate[];
}

export type AdditionalName = Exclude<keyof AdditionalData, 'others'>;

/** Id of each name of 62, with the longest value that the specification allows. */
export const additionalFields: readonly {
  readonly id: string;
  readonly name: AdditionalName;
  readonly max: number;
}[] = [
  { id: '01', name: 'billNumber', max: 25 },
  { id: '02', name: 'mobileNumber', max: 25 },
  { id: '03', name: 'storeLabel', max: 25 },
  { id: '04', name: 'loyaltyNumber', max: 25 },
  { id: '05', name: 'referenceLabel', max: 25 },
  { id: '06', name: 'customerLabel', max: 25 },
  { id: '07', name: 'terminalLabel', max: 25 },
  { id: '08', name: 'purpose', max: 25 },
  { id: '09', name: 'consumerDataRequest', max: 3 },
  { id: '10', name: 'taxId', max: 20 },
  { id: '11', name: 'channel', max: 3 },
];

/** Longest values of the plain fields, in characters (tables 3.2 to 3.8). */
export const fieldMax = {
  '52': 4,
  '53': 3,
  '54': 13,
  '55': 2,
  '56': 13,
  '57': 5,
  '58': 2,
  '59': 25,
  '60': 15,
  '61': 10,
  '64.00': 2,
  '64.01': 25,
  '64.02': 15,
} as const;

/** Forms of the plain fields that have one. */
export const fieldForms = {
  '00': /^[0-9]{2}$/,
  '52': /^[0-9]{4}$/,
  '53': /^[0-9]{3}$/,
  '58': /^[A-Z]{2}$/,
  '62.09': /^(?!.*(.).*\1)[AME]{1,3}$/,
  '62.11': /^[0-9]{3}$/,
  '64.00': /^[A-Za-z]{2}$/,
} as const;

export const PAYLOAD_CHARS_MAX = 512;
export const PAYLOAD_FORMAT = '01';
/** Some national schemes have counted on: DuitNow writes 02. */
export const payloadFormatsTolerated: readonly string[] = ['02'];

/** 26 to 51, 62, 64 and 80 to 99 hold objects. */
export function isAccountTemplateId(id: string): boolean {
  return id >= '26' && id <= '51';
}

export function isUnreservedId(id: string): boolean {
  return id >= '80' && id <= '99';
}
