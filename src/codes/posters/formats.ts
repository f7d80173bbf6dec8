// What a poster may be printed as: sizes, faces and from how far it is read. Data only.

export interface PosterFace {
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
  /** Upside down on the sheet, so that it stands upright once the sheet is folded. */
  readonly isTurned: boolean;
}

export interface PosterFormat {
  readonly id: 'a4' | 'a5' | 'sticker' | 'tent';
  readonly title: { readonly en: string; readonly zh: string };
  /** After cutting. */
  readonly widthMm: number;
  readonly heightMm: number;
  readonly faces: readonly PosterFace[];
  /** Where the sheet is folded, from its top. */
  readonly foldsMm: readonly number[];
  /**
   * The smallest module. A phone's camera resolves about 0.4 mm at arm's length, and what it can
   * resolve grows with the distance: 0.4 mm at the till, 1 mm from across a counter.
   */
  readonly moduleMmMin: number;
}

const whole = (widthMm: number, heightMm: number): readonly PosterFace[] => [
  { xMm: 0, yMm: 0, widthMm, heightMm, isTurned: false },
];

export const posterFormats: readonly PosterFormat[] = [
  {
    id: 'a4',
    title: { en: 'A4, on a wall', zh: 'A4，墙面' },
    widthMm: 210,
    heightMm: 297,
    faces: whole(210, 297),
    foldsMm: [],
    moduleMmMin: 1,
  },
  {
    id: 'a5',
    title: { en: 'A5, at the till', zh: 'A5，收银台' },
    widthMm: 148,
    heightMm: 210,
    faces: whole(148, 210),
    foldsMm: [],
    moduleMmMin: 0.7,
  },
  {
    id: 'sticker',
    title: { en: 'sticker, 80 mm', zh: '贴纸，80 毫米' },
    widthMm: 80,
    heightMm: 80,
    faces: whole(80, 80),
    foldsMm: [],
    moduleMmMin: 0.4,
  },
  {
    id: 'tent',
    title: { en: 'table tent, two sides of A6', zh: '桌牌，两面 A6' },
    widthMm: 148,
    heightMm: 210,
    faces: [
      { xMm: 0, yMm: 0, widthMm: 148, heightMm: 105, isTurned: true },
      { xMm: 0, yMm: 105, widthMm: 148, heightMm: 105, isTurned: false },
    ],
    foldsMm: [105],
    moduleMmMin: 0.5,
  },
];
