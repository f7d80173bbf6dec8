// A poster as the PDF that a print shop takes: vectors only, letters as outlines, CMYK, with trim
// and bleed box, marks for cutting and folding. Not PDF/X: it carries no colour profile.
import {
  cmyk,
  concatTransformationMatrix,
  PDFDocument,
  type PDFPage,
  popGraphicsState,
  pushGraphicsState,
} from 'pdf-lib';
import type { PosterFace } from './formats.ts';
import { BLEED_MM, type Ink, type PosterDesign, type Shape } from './poster.ts';

export interface PdfOptions {
  /** Of the document, milliseconds since 1970. */
  readonly madeAtMs: number;
  /** With bleed and marks, for a print shop; without, the sheet is as large as the poster. */
  readonly hasMarks: boolean;
}

const POINTS_PER_MM = 72 / 25.4;
const MARK_MM = 5;
/** Hairline that every press can hold. */
const MARK_WIDTH_MM = 0.1;

/** The code is black ink alone: four colours one over the other are never quite in register. */
const inks: Readonly<Record<Ink, ReturnType<typeof cmyk>>> = {
  black: cmyk(0, 0, 0, 1),
  white: cmyk(0, 0, 0, 0),
  band: cmyk(0.9, 0.5, 0.4, 0.3),
  grey: cmyk(0, 0, 0, 0.7),
};

export async function posterPdf(design: PosterDesign, options: PdfOptions): Promise<Uint8Array> {
  const { widthMm, heightMm, foldsMm } = design.format;
  const edgeMm = options.hasMarks ? BLEED_MM + MARK_MM : 0;
  const pdf = await PDFDocument.create({ updateMetadata: false });
  const madeAt = new Date(options.madeAtMs);
  pdf.setTitle(design.title);
  pdf.setProducer('Hutong');
  pdf.setCreationDate(madeAt);
  pdf.setModificationDate(madeAt);
  const points = (mm: number) => mm * POINTS_PER_MM;
  const [width, height] = [points(widthMm), points(heightMm)];
  const page = pdf.addPage([width + 2 * points(edgeMm), height + 2 * points(edgeMm)]);
  const bleed = points(options.hasMarks ? BLEED_MM : 0);
  const edge = points(edgeMm);
  page.setTrimBox(edge, edge, width, height);
  page.setBleedBox(edge - bleed, edge - bleed, width + 2 * bleed, height + 2 * bleed);
  // From here on one unit is a millimetre, from the poster's upper left corner downwards.
  page.pushOperators(
    pushGraphicsState(),
    concatTransformationMatrix(POINTS_PER_MM, 0, 0, POINTS_PER_MM, edge, edge + height),
  );
  for (const { face, shapes } of design.faces) drawFace(page, face, shapes);
  if (options.hasMarks) drawMarks(page, widthMm, heightMm, foldsMm);
  page.pushOperators(popGraphicsState());
  return pdf.save();
}

function drawFace(page: PDFPage, face: PosterFace, shapes: readonly Shape[]): void {
  const { xMm, yMm, widthMm, heightMm, isTurned } = face;
  const matrix = isTurned
    ? concatTransformationMatrix(-1, 0, 0, -1, xMm + widthMm, -yMm - heightMm)
    : concatTransformationMatrix(1, 0, 0, 1, xMm, -yMm);
  page.pushOperators(pushGraphicsState(), matrix);
  for (const shape of shapes) drawShape(page, shape);
  page.pushOperators(popGraphicsState());
}

function drawShape(page: PDFPage, shape: Shape): void {
  const color = inks[shape.ink];
  if (shape.kind === 'box') {
    const { xMm, yMm, widthMm, heightMm } = shape;
    const size = { width: widthMm, height: heightMm };
    page.drawRectangle({ x: xMm, y: -yMm - heightMm, ...size, color });
    return;
  }
  // An empty outline is a space.
  if (shape.path === '') return;
  const place = { x: shape.xMm, y: -shape.yMm, scale: shape.unitMm };
  page.drawSvgPath(shape.path, { ...place, color });
}

/** Outside the bleed, so that nothing of them is left after the cut. */
function drawMarks(
  page: PDFPage,
  widthMm: number,
  heightMm: number,
  foldsMm: readonly number[],
): void {
  const line = (x1: number, y1: number, x2: number, y2: number, isDashed: boolean) => {
    page.drawLine({
      start: { x: x1, y: -y1 },
      end: { x: x2, y: -y2 },
      thickness: MARK_WIDTH_MM,
      color: inks.black,
      ...(isDashed ? { dashArray: [1, 1] } : {}),
    });
  };
  const [near, far] = [BLEED_MM, BLEED_MM + MARK_MM];
  for (const y of [0, heightMm, ...foldsMm]) {
    const isFold = foldsMm.includes(y);
    line(-far, y, -near, y, isFold);
    line(widthMm + near, y, widthMm + far, y, isFold);
  }
  for (const x of [0, widthMm]) {
    line(x, -far, x, -near, false);
    line(x, heightMm + near, x, heightMm + far, false);
  }
}
