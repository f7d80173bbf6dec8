// `hutong qr poster`: a code as a poster to hang up, stick on or stand on a table.
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import {
  type CorrectionLevel,
  designPoster,
  type PosterFormat,
  type PosterLanguage,
  posterFormats,
  posterPdf,
  posterText,
} from '../codes/index.ts';
import { CommandError, EXIT } from './exit.ts';
import { openLetters } from './letters.ts';
import { type CodeFlags, payloadOf, wanted, withCode } from './qr-write.command.ts';

interface PosterFlags extends CodeFlags {
  readonly size: PosterFormat['id'];
  readonly language: PosterLanguage;
  readonly level: CorrectionLevel;
  readonly marks: boolean;
  readonly out: string;
}

export function registerQrPoster(group: Command): void {
  const sizes = posterFormats.map(({ id }) => id);
  const levels = ['low', 'medium', 'quartile', 'high'];
  const size = new Option('--size <size>', 'what it is printed as').choices(sizes).default('a5');
  const language = new Option('--language <language>', 'of its words');
  const level = new Option('--level <level>', 'error correction').choices(levels);
  withCode(group.command('poster'))
    .description('a payment code as a poster, print-ready PDF')
    .addOption(size)
    .addOption(language.choices(['zh', 'en', 'both']).default('both'))
    .addOption(level.default('quartile'))
    .option('--no-marks', 'without bleed and marks, for an office printer')
    .requiredOption('--out <file.pdf>', 'where to')
    .action(async (scheme: string | undefined, flags: PosterFlags) => {
      writeFileSync(flags.out, await poster(payloadOf(scheme, flags), flags));
    });
}

async function poster(payload: string, flags: PosterFlags): Promise<Uint8Array> {
  const format = posterFormats.find(({ id }) => id === flags.size);
  if (format === undefined) throw new CommandError(EXIT.usage, `no size ${flags.size}`);
  const { language, level, name } = flags;
  const wish = { payload, format, language, level, ...(name === undefined ? {} : { name }) };
  const letters = await openLetters(posterText(wish));
  const design = wanted(designPoster({ ...wish, letters }));
  return posterPdf(design, { madeAtMs: Date.now(), hasMarks: flags.marks });
}
