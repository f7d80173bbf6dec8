// Any payload → what it is: merchant code, consumer code, bar code or link. Pure, never throws, in
// time linear in the text. Images are images/; what is written is in each kind's own file.
import { looksLikeBarcode, readBarcode } from './barcodes/barcodes.ts';
import type { ConsumerCode, ConsumerData } from './emv/consumer.ts';
import { looksLikeConsumerCode, readConsumerCode } from './emv/consumer-read.ts';
import { characterCount } from './emv/text.ts';
import { looksLikeChainRequest, readChainRequest } from './links/eip681.ts';
import { looksLikeOrderLink, type OrderLinkOptions, readOrderLink } from './links/order-link.ts';
import { looksLikePlatformLink, readPlatformLink } from './links/platform-links.ts';
import { looksLikePointer, readPointer } from './links/pointer.ts';
import { looksLikeUpiLink, readUpiLink } from './links/upi.ts';
import { readMerchant } from './merchant.ts';
import type { CodeProblemCode } from './problem.codes.ts';
import { type CodeProblem, codeProblem } from './problem.ts';
import { type CodeReading, type FieldValue, judged, present } from './reading.ts';

export type ReadCodeOptions = OrderLinkOptions;

/** The most characters that any QR code holds (version 40, level L, digits). */
export const CODE_CHARS_MAX = 7_089;

/** An id and a length, as every merchant code begins; or its own mark at the end. */
const MERCHANT_START = /^(?:00[0-9]{2}|[0-9]{4}[^]*6304[0-9A-Fa-f]{4}$)/;
/** Control characters but white space: no scheme's text has them. */
const NOT_TEXT = /(?!\s)\p{Cc}/u;
const SPACE_AROUND = /^\s|\s$/;

/** Reads a payload of any kind. What cannot be read is refused with a reason, never thrown. */
export function readCode(payload: string, options: ReadCodeOptions = {}): CodeReading {
  const refuse = (code: CodeProblemCode, params: Record<string, string> = {}): CodeReading => {
    const problems = [codeProblem(code, { params })];
    return judged({ scheme: null, mode: null, fields: {}, problems }, options);
  };
  if (payload.length > 2 * CODE_CHARS_MAX || characterCount(payload) > CODE_CHARS_MAX) {
    return refuse('code.too_long', { chars: String(payload.length), max: String(CODE_CHARS_MAX) });
  }
  const text = SPACE_AROUND.test(payload) ? payload.trim() : payload;
  if (text === '') return refuse('code.empty');
  if (!text.isWellFormed() || NOT_TEXT.test(text)) return refuse('code.text_malformed');
  const reading = readTrimmed(text, options);
  if (text === payload) return reading;
  const problems = [codeProblem('code.whitespace', { position: 0 }), ...shifted(payload, reading)];
  const { scheme, mode, fields, alias } = reading;
  return judged({ scheme, mode, fields, alias, problems }, options);
}

/** Positions count from the payload as it was given. */
function shifted(payload: string, { problems }: CodeReading): readonly CodeProblem[] {
  const by = characterCount(payload) - characterCount(payload.trimStart());
  return problems.map((each) => ({
    ...each,
    position: each.position === null ? null : each.position + by,
  }));
}

function readTrimmed(text: string, options: ReadCodeOptions): CodeReading {
  // Digits alone could also begin like a merchant code, but no such code has digits alone.
  if (looksLikeBarcode(text) && !text.startsWith('00')) return readBarcode(text, options);
  if (MERCHANT_START.test(text)) return readMerchant(text, options);
  if (looksLikeConsumerCode(text)) return readConsumer(text, options);
  if (looksLikeUpiLink(text)) return readUpiLink(text, options);
  if (looksLikePlatformLink(text)) return readPlatformLink(text, options);
  if (looksLikeOrderLink(text)) return readOrderLink(text, options);
  if (looksLikePointer(text)) return readPointer(text, options);
  if (looksLikeChainRequest(text)) return readChainRequest(text, options);
  const problems = [codeProblem('code.unknown')];
  return judged({ scheme: null, mode: null, fields: {}, problems }, options);
}

function readConsumer(text: string, options: ReadCodeOptions): CodeReading {
  const { code, problems } = readConsumerCode(text);
  const fields = code === undefined ? {} : consumerFields(code);
  return judged({ scheme: 'emv_cpm', mode: 'consumer', fields, problems }, options);
}

function consumerFields({ applications, common, others }: ConsumerCode) {
  return present({
    applications: applications.map(dataField),
    common: common && dataField(common),
    others: others?.map((each) => ({ ...each })),
  });
}

function dataField({ others, transparent, ...named }: ConsumerData): FieldValue {
  return present({
    ...named,
    others: others?.map((each) => ({ ...each })),
    transparent: transparent && dataField(transparent),
  });
}
