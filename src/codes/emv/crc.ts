// CRC-16 as EMVCo writes it (ISO/IEC 13239, polynomial 1021, initial FFFF, no reflection, no final
// xor), over the UTF-8 bytes of the text.

const POLYNOMIAL = 0x1021;
const INITIAL = 0xffff;

function tableEntry(index: number): number {
  let crc = index << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL;
  }
  return crc & 0xffff;
}

const TABLE = Uint16Array.from({ length: 256 }, (_, index) => tableEntry(index));
const encoder = new TextEncoder();

/** The checksum as a number, 0 to 65535. */
export function crc16(bytes: Uint8Array): number {
  let crc = INITIAL;
  for (const byte of bytes) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] ?? 0);
  }
  return crc;
}

/** Four capital hexadecimal digits over the text, which must end with `6304`. */
export function crcText(text: string): string {
  return crc16(encoder.encode(text)).toString(16).toUpperCase().padStart(4, '0');
}
