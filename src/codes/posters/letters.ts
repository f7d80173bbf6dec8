// Letters as outlines, and lines of them. Outlines, because a print shop then needs no font. Where
// they come from is the caller's: the font is a file.

export interface Outline {
  /** How far the next letter stands from this one, in ems. */
  readonly advance: number;
  /** SVG path data, one em is 1 000, y grows downwards from the base line. */
  readonly path: string;
}

export type Weight = 'regular' | 'bold';

export interface Letters {
  /** Undefined where the font has no such letter. */
  outline(char: string, weight: Weight): Outline | undefined;
}

export interface PlacedLetter {
  readonly path: string;
  /** From the line's beginning. */
  readonly xMm: number;
  readonly emMm: number;
}

export interface TextLine {
  readonly letters: readonly PlacedLetter[];
  readonly widthMm: number;
  readonly emMm: number;
}

/** The line, or the first letter that the font lacks. */
export function textLine(
  text: string,
  letters: Letters,
  { emMm, weight }: { readonly emMm: number; readonly weight: Weight },
): TextLine | { readonly missing: string } {
  const placed: PlacedLetter[] = [];
  let xMm = 0;
  for (const char of text) {
    const outline = letters.outline(char, weight);
    if (outline === undefined) return { missing: char };
    placed.push({ path: outline.path, xMm, emMm });
    xMm += outline.advance * emMm;
  }
  return { letters: placed, widthMm: xMm, emMm };
}
