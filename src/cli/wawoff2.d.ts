// The types of wawoff2, which brings none.
declare module 'wawoff2' {
  export function decompress(file: Uint8Array): Promise<Uint8Array>;
}
