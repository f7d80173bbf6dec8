// Masked names: enough to notice a wrong payee, too little to harvest.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskName } from './masked-name.ts';

test.each([
  ['张伟', '张*'],
  ['欧阳娜娜', '欧***'],
  ['John Doe', 'J*** D**'],
  ['  John   Doe ', 'J*** D**'],
  ['Li X', 'L* *'],
  ['J', '*'],
  ['Åsa', 'Å**'],
  ['e\u0301ric', 'e\u0301***'],
  ['👩‍👩‍👧 Family', '* F*****'],
  ['Donaudampfschifffahrt', 'D************'],
  ['', ''],
])('%j is shown as %j', (name, masked) => {
  expect(maskName(name)).toBe(masked);
});

test('no name stays no name', () => {
  expect(maskName(null)).toBeNull();
});

test('of each word at most its first letter is shown', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (name) => {
      const words = name.trim().split(/\s+/u);
      const masked = maskName(name).split(' ');
      expect(masked.length).toBe(words.length);
      words.forEach((word, i) => {
        const shown = (masked[i] ?? '').replace(/\*+$/, '');
        expect(word.startsWith(shown) || word.includes('*')).toBe(true);
        if (word.length > 0 && !word.includes('*')) expect(masked[i]).toContain('*');
      });
    }),
    { numRuns: 500 },
  );
});
