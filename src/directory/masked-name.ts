// Names as a stranger may see them: enough to notice a wrong payee, too little to harvest.
// What the payee's own side answers is masked here, whatever it sent.

/** A long name does not show how long it is. */
const STARS_MAX = 12;

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

const PLAIN = /^[\x20-\x7e]*$/;

function maskPlainWord(word: string): string {
  if (word.length <= 1) return '*'.repeat(word.length);
  return word.charAt(0) + '*'.repeat(Math.min(word.length - 1, STARS_MAX));
}

function maskWord(word: string, keepsFirst: boolean): string {
  const letters = [...segmenter.segment(word)];
  const stars = '*'.repeat(Math.min(letters.length - (keepsFirst ? 1 : 0), STARS_MAX));
  return keepsFirst ? `${letters[0]?.segment ?? ''}${stars}` : stars;
}

/** `张伟` → `张*`, `John Doe` → `J*** D**`. A name of one letter is hidden altogether. */
export function maskName(name: string): string;
export function maskName(name: string | null): string | null;
export function maskName(name: string | null): string | null {
  if (name === null) return null;
  // segmenting costs 10 µs, and most names need none of it
  if (PLAIN.test(name)) {
    return name.trim().split(/ +/).map(maskPlainWord).join(' ');
  }
  const words = name.trim().split(/\s+/u);
  return words.map((word) => maskWord(word, [...segmenter.segment(word)].length > 1)).join(' ');
}
