// The door of the codes room, and the package's `hutong/codes`: payment codes read and written.
// Pure: no I/O, no clock, no keys of its own.
export { type CodeAlias, type CodeAliasType, codeAlias } from './alias.ts';
export { type BarcodeRule, barcodeRules, readBarcode } from './barcodes/barcodes.ts';
export type { ConsumerCode, ConsumerData } from './emv/consumer.ts';
export { readConsumerCode } from './emv/consumer-read.ts';
export { writeConsumerCode } from './emv/consumer-write.ts';
export { crcText } from './emv/crc.ts';
export {
  type AdditionalData,
  isTemplate,
  type LanguageTemplate,
  type MerchantCode,
  type PlainOrTemplate,
  type Template,
  type Tip,
} from './emv/merchant.ts';
export { readMerchantCode } from './emv/merchant-read.ts';
export { writeMerchantCode } from './emv/merchant-write.ts';
export type { DataObject } from './emv/tlv.ts';
export { readImage } from './images/image-read.ts';
export {
  type CodeMatrix,
  type CorrectionLevel,
  codeMatrix,
  LEVEL_USUAL,
  QUIET_MODULES,
} from './images/matrix.ts';
export { PIXELS_PER_MODULE, pngImage } from './images/png.ts';
export { svgImage } from './images/svg.ts';
export { type TerminalStyle, terminalImage } from './images/terminal.ts';
export { ed25519Signer, ed25519Verifier } from './links/ed25519.ts';
export { type ChainRequest, readChainRequest, writeChainRequest } from './links/eip681.ts';
export {
  type LinkKeys,
  type LinkSigner,
  type LinkVerifier,
  type OrderLink,
  readOrderLink,
  writeOrderLink,
} from './links/order-link.ts';
export { platformLinks, readPlatformLink } from './links/platform-links.ts';
export { readPointer, writePointer } from './links/pointer.ts';
export { readUpiLink, type UpiLink, writeUpiLink } from './links/upi.ts';
export { type PosterFace, type PosterFormat, posterFormats } from './posters/formats.ts';
export type { Letters, Outline, Weight } from './posters/letters.ts';
export { type PdfOptions, posterPdf } from './posters/pdf.ts';
export {
  BLEED_MM,
  designPoster,
  type PosterDesign,
  type PosterLanguage,
  type PosterOptions,
  posterText,
} from './posters/poster.ts';
export {
  type CodeLanguage,
  type CodeProblemCode,
  type CodeProblemSeverity,
  codeProblemSeverities,
} from './problem.codes.ts';
export type { CodeProblem, CodeResult } from './problem.ts';
export { type SchemeCode, writeSchemeCode } from './profiles/compose.ts';
export { profileOf, profiles } from './profiles/list.ts';
export type { Profile, ProfileField, ProfileTemplate } from './profiles/profile.ts';
export { CODE_CHARS_MAX, type ReadCodeOptions, readCode } from './read.ts';
export type { CodeFields, CodeMode, CodeReading, FieldValue, ReadOptions } from './reading.ts';
