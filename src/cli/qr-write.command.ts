// `hutong qr write`: the code of a national scheme out of names, as text or as an image.
import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import {
  type CodeResult,
  type CorrectionLevel,
  codeMatrix,
  PIXELS_PER_MODULE,
  pngImage,
  profiles,
  svgImage,
  terminalImage,
  writeSchemeCode,
  writeUpiLink,
} from '../codes/index.ts';
import { CommandError, EXIT } from './exit.ts';

/** What a code is made of; `hutong qr poster` takes the same. */
export interface CodeFlags {
  readonly payload?: string;
  readonly alias?: string;
  readonly field?: Readonly<Record<string, string>>;
  readonly dynamic?: boolean;
  readonly amount?: string;
  readonly currency?: string;
  readonly country?: string;
  readonly name?: string;
  readonly city?: string;
  readonly postalCode?: string;
  readonly category?: string;
  readonly bill?: string;
  readonly reference?: string;
  readonly terminal?: string;
  readonly purpose?: string;
}

interface WriteFlags extends CodeFlags {
  readonly format: 'text' | 'svg' | 'png' | 'terminal';
  readonly level: CorrectionLevel;
  readonly out?: string;
}

const schemeIds = [...profiles.map(({ id }) => id), 'upi'];

function field(text: string, earlier: Readonly<Record<string, string>> = {}) {
  const at = text.indexOf('=');
  if (at < 1) throw new CommandError(EXIT.usage, `--field ${text} is not name=value`);
  return { ...earlier, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The arguments and options that say what a code holds. */
export function withCode(command: Command): Command {
  return command
    .argument('[scheme]', `one of ${schemeIds.join(', ')}`)
    .option('--payload <text>', 'the payload itself instead of a scheme')
    .option('--alias <alias>', 'who is paid, for example phone:+66812345678')
    .option('--field <name=value>', "a field of the scheme's own, many times", field)
    .option('--dynamic', 'for one payment only')
    .option('--amount <decimal>', 'in major units; without one the payer says it')
    .option('--currency <code>', "ISO 4217; the scheme's own where not given")
    .option('--country <code>', "ISO 3166-1; the scheme's own where not given")
    .option('--name <text>', 'of the shop')
    .option('--city <text>', 'of the shop')
    .option('--postal-code <text>', 'of the shop')
    .option('--category <digits>', 'of the shop, ISO 18245')
    .option('--bill <text>', 'number of the bill')
    .option('--reference <text>', 'reference label')
    .option('--terminal <text>', 'terminal label')
    .option('--purpose <text>', 'of the payment');
}

export function registerQrWrite(group: Command): void {
  const formats = ['text', 'svg', 'png', 'terminal'];
  const levels = ['low', 'medium', 'quartile', 'high'];
  withCode(group.command('write'))
    .description('write a payment code, as text or as an image')
    .addOption(new Option('--format <format>', 'what is written').choices(formats).default('text'))
    .addOption(new Option('--level <level>', 'error correction').choices(levels).default('medium'))
    .option('--out <file>', 'where to; without it, standard output')
    .action((scheme: string | undefined, flags: WriteFlags) => {
      const image = drawn(payloadOf(scheme, flags), flags);
      if (flags.out !== undefined) return writeFileSync(flags.out, image);
      if (flags.format === 'png' && process.stdout.isTTY) {
        throw new CommandError(EXIT.usage, 'a PNG is nothing for a terminal', 'add --out code.png');
      }
      process.stdout.write(image);
    });
}

/** The payload, or an error that says every reason why there is none. */
export function payloadOf(scheme: string | undefined, flags: CodeFlags): string {
  if (flags.payload !== undefined) return flags.payload;
  if (scheme === undefined) {
    throw new CommandError(EXIT.usage, 'which scheme?', `one of ${schemeIds.join(', ')}`);
  }
  if (!schemeIds.includes(scheme)) {
    throw new CommandError(EXIT.usage, `no scheme ${scheme}`, `one of ${schemeIds.join(', ')}`);
  }
  return wanted(scheme === 'upi' ? upiLink(flags) : schemeCode(scheme, flags));
}

/** The value, or an error in words. */
export function wanted<Value>(result: CodeResult<Value>): Value {
  if (result.ok) return result.value;
  const [first, ...others] = result.problems.map(({ code, text }) => `${text.en} (${code})`);
  throw new CommandError(EXIT.refused, first ?? 'it cannot be written', others.join('\n  '));
}

function schemeCode(scheme: string, flags: CodeFlags): CodeResult<string> {
  const additional = {
    ...(flags.bill === undefined ? {} : { billNumber: flags.bill }),
    ...(flags.reference === undefined ? {} : { referenceLabel: flags.reference }),
    ...(flags.terminal === undefined ? {} : { terminalLabel: flags.terminal }),
    ...(flags.purpose === undefined ? {} : { purpose: flags.purpose }),
  };
  const { alias, field: payee, amount, currency, country, name, city, postalCode } = flags;
  return writeSchemeCode({
    scheme,
    ...(alias === undefined ? {} : { alias }),
    ...(payee === undefined ? {} : { payee }),
    ...(flags.dynamic === true ? { mode: 'dynamic' } : {}),
    ...(amount === undefined ? {} : { amount }),
    ...(currency === undefined ? {} : { currency }),
    ...(country === undefined ? {} : { country }),
    ...(name === undefined ? {} : { name }),
    ...(city === undefined ? {} : { city }),
    ...(postalCode === undefined ? {} : { postalCode }),
    ...(flags.category === undefined ? {} : { categoryCode: flags.category }),
    ...(Object.keys(additional).length === 0 ? {} : { additional }),
  });
}

function upiLink({ alias = '', name, amount, purpose }: CodeFlags): CodeResult<string> {
  return writeUpiLink({
    action: 'pay',
    vpa: alias.replace(/^vpa:/, ''),
    ...(name === undefined ? {} : { name }),
    ...(amount === undefined ? {} : { amount }),
    ...(purpose === undefined ? {} : { note: purpose }),
  });
}

function drawn(payload: string, { format, level }: WriteFlags): string | Uint8Array {
  if (format === 'text') return `${payload}\n`;
  const matrix = wanted(codeMatrix(payload, level));
  if (format === 'svg') return svgImage(matrix, payload);
  if (format === 'png') return pngImage(matrix, PIXELS_PER_MODULE);
  const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  return terminalImage(matrix, isColoured ? 'colours' : 'plain');
}
