// What a consumer-presented code carries, as values: EMV QRCPS Consumer-Presented Mode 1.1, tables
// 3.1 to 3.6. The payer shows it; it names the payer's account and no payee. The form on the wire
// is consumer-read.ts and consumer-write.ts.

/** How the bytes of a tag are text: `hex` digits, Latin-1 `text`, or the code's `digits` in BCD. */
export type ConsumerForm = 'hex' | 'text' | 'digits';

export interface ConsumerField {
  readonly tag: string;
  readonly name: ConsumerName;
  readonly form: ConsumerForm;
  /** Fewest and most bytes. */
  readonly bytes: readonly [number, number];
}

/** Plain fields of an application (61) or of the common part (62). */
export interface ConsumerData {
  /** ADF name (application identifier), hexadecimal. */
  readonly applicationId?: string;
  readonly label?: string;
  /** Track 2 equivalent data, hexadecimal. */
  readonly track2?: string;
  readonly pan?: string;
  readonly cardholderName?: string;
  readonly languages?: string;
  readonly issuerUrl?: string;
  readonly applicationVersion?: string;
  readonly tokenRequestorId?: string;
  readonly paymentAccountReference?: string;
  readonly lastFourDigits?: string;
  readonly issuerApplicationData?: string;
  readonly cryptogram?: string;
  readonly transactionCounter?: string;
  readonly unpredictableNumber?: string;
  readonly cryptogramInformation?: string;
  readonly interchangeProfile?: string;
  /** Tags that have no name here, in their order; values are hexadecimal. */
  readonly others?: readonly { readonly tag: string; readonly value: string }[];
  /** Template 63 (in an application) or 64 (in the common part), for the payment system itself. */
  readonly transparent?: Omit<ConsumerData, 'transparent'>;
}

export type ConsumerName = Exclude<keyof ConsumerData, 'others' | 'transparent'>;

export interface ConsumerCode {
  /** In order of preference: the first is meant. */
  readonly applications: readonly ConsumerData[];
  readonly common?: ConsumerData;
  /** Outermost tags beside 85, 61 and 62, hexadecimal. */
  readonly others?: readonly { readonly tag: string; readonly value: string }[];
}

export const CONSUMER_CHARS_MAX = 512;
export const CONSUMER_FORMAT = 'CPV01';

/** In the order in which they are written. */
export const consumerFields: readonly ConsumerField[] = [
  { tag: '4F', name: 'applicationId', form: 'hex', bytes: [5, 16] },
  { tag: '50', name: 'label', form: 'text', bytes: [1, 16] },
  { tag: '57', name: 'track2', form: 'hex', bytes: [1, 19] },
  { tag: '5A', name: 'pan', form: 'digits', bytes: [1, 10] },
  { tag: '5F20', name: 'cardholderName', form: 'text', bytes: [2, 26] },
  { tag: '5F2D', name: 'languages', form: 'text', bytes: [2, 8] },
  { tag: '5F50', name: 'issuerUrl', form: 'text', bytes: [1, 128] },
  { tag: '82', name: 'interchangeProfile', form: 'hex', bytes: [2, 2] },
  { tag: '9F08', name: 'applicationVersion', form: 'hex', bytes: [2, 2] },
  { tag: '9F10', name: 'issuerApplicationData', form: 'hex', bytes: [1, 32] },
  { tag: '9F19', name: 'tokenRequestorId', form: 'digits', bytes: [6, 6] },
  { tag: '9F24', name: 'paymentAccountReference', form: 'text', bytes: [29, 29] },
  { tag: '9F25', name: 'lastFourDigits', form: 'digits', bytes: [2, 2] },
  { tag: '9F26', name: 'cryptogram', form: 'hex', bytes: [8, 8] },
  { tag: '9F27', name: 'cryptogramInformation', form: 'hex', bytes: [1, 1] },
  { tag: '9F36', name: 'transactionCounter', form: 'hex', bytes: [2, 2] },
  { tag: '9F37', name: 'unpredictableNumber', form: 'hex', bytes: [4, 4] },
];

/** Template of the payment system's own data inside 61 and 62. */
export const transparentTag = { '61': '63', '62': '64' } as const;
