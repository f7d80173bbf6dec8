// The shape of a problem's words; the words are texts.en.ts and texts.zh.ts.

export interface ProblemText {
  /** The same for every occurrence (RFC 9457 section 3.1.3). */
  readonly title: string;
  /** What to do about it, as an instruction. */
  readonly suggestion: string;
  /** Used when the occurrence has no detail of its own and names every `{param}` in it. */
  readonly detail?: string;
}
