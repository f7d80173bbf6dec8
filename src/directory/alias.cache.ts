// Resolved aliases in memory, bounded: people who were found, and texts known to be nobody's. It is
// told by the machine of every change, so it never says what is no longer so.

/** Where an alias leads. Personal data: never logged. */
export interface ResolvedAlias {
  readonly participantId: string;
  readonly connectionId: string;
  readonly account: string;
  readonly name: string | null;
  /** Subject id under which the party's data is sealed. */
  readonly subject: string;
  /** Empty: all that the participant has opened. */
  readonly currencies: readonly string[];
}

/** Least recently used goes first. By text, as hashing a text costs more than finding it. */
export function createAliasCache(sizes: { readonly foundMax: number; readonly absentMax: number }) {
  const found = new Map<string, ResolvedAlias>();
  const absent = new Set<string>();
  const texts = new Map<string, string>();
  const hashes = new Map<string, string>();

  function drop(text: string): void {
    found.delete(text);
    absent.delete(text);
    texts.delete(hashes.get(text) ?? '');
    hashes.delete(text);
  }
  function trim(map: { readonly size: number; keys(): Iterator<string> }, max: number): void {
    while (map.size > max) {
      const oldest = map.keys().next();
      if (oldest.done === true) return;
      drop(oldest.value);
    }
  }
  return {
    /** `null`: known to be nobody's. */
    find(text: string): ResolvedAlias | null | undefined {
      const hit = found.get(text);
      if (hit === undefined) return absent.has(text) ? null : undefined;
      found.delete(text);
      found.set(text, hit);
      return hit;
    },
    keep(text: string, hash: string, value: ResolvedAlias | null): void {
      drop(text);
      texts.set(hash, text);
      hashes.set(text, hash);
      if (value === null) {
        absent.add(text);
        trim(absent, sizes.absentMax);
      } else {
        found.set(text, value);
        trim(found, sizes.foundMax);
      }
    },
    /** `null`: all. */
    forget(hash: string | null): void {
      if (hash === null) {
        for (const each of [found, absent, texts, hashes]) each.clear();
        return;
      }
      const text = texts.get(hash);
      if (text !== undefined) drop(text);
    },
    size: () => found.size + absent.size,
  };
}
