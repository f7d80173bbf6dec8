// A payload → the modules of a QR code, ISO/IEC 18004. How they look is svg.ts, png.ts, terminal.ts
// and posters/; the encoding itself is the library's.
import { encodeQR } from 'qr';
import { type CodeResult, found, refused } from '../problem.ts';

/** How much of a code may be hidden or dirty: 7, 15, 25 or 30 %. */
export type CorrectionLevel = 'low' | 'medium' | 'quartile' | 'high';

export interface CodeMatrix {
  /** Modules per side, without the quiet zone. */
  readonly size: number;
  /** Rows from the top; true is dark. */
  readonly rows: readonly (readonly boolean[])[];
}

/** ISO/IEC 18004, 5.3.8: four modules of light on every side. */
export const QUIET_MODULES = 4;

/**
 * EMVCo leaves the level to the payment system; 15 % is what the national guides print with. A
 * poster that hangs outside takes more (posters/).
 */
export const LEVEL_USUAL: CorrectionLevel = 'medium';

/** Problem: `image.too_much_data`, where no QR code of this level holds the text. */
export function codeMatrix(
  text: string,
  level: CorrectionLevel = LEVEL_USUAL,
): CodeResult<CodeMatrix> {
  try {
    // The library draws at least one module of border, which is cut off again.
    const framed = encodeQR(text, 'raw', { ecc: level, border: 1 });
    const rows = framed.slice(1, -1).map((row) => row.slice(1, -1));
    return found({ size: rows.length, rows });
  } catch (error) {
    // The library has no other way to say that the text does not fit.
    if (error instanceof Error && /overflow/i.test(error.message)) {
      return refused('image.too_much_data');
    }
    throw error;
  }
}
