// What a call can fail with. The switch's refusals arrive as problems (RFC 9457); everything that
// leaves the outcome open is OutcomeUnknown, and never looks like a refusal.
import type { ProblemJson } from '../contract/index.ts';

/** The switch refused. */
export class HutongProblem extends Error {
  override readonly name = 'HutongProblem';
  readonly problem: ProblemJson;
  /**
   * Signed by the switch. What is refused before the switch knows who asks (a malformed message, a
   * bad signature) is not signed; then do not take it for the end of a payment that was sent
   * before.
   */
  readonly verified: boolean;

  constructor(problem: ProblemJson, verified: boolean) {
    const detail = problem.detail === undefined ? '' : ` (${problem.detail})`;
    super(`${problem.code}: ${problem.title}${detail}. ${problem.suggestion}`);
    this.problem = problem;
    this.verified = verified;
  }

  get code(): ProblemJson['code'] {
    return this.problem.code;
  }
}

/**
 * No trustworthy answer came, however often it was asked for. The request may have had its effect:
 * call again with the same idempotency key, or find the payment by it.
 */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  readonly idempotencyKey: string | null;

  constructor(reason: string, idempotencyKey: string | null, cause: unknown) {
    super(`the outcome is unknown: ${reason}`, { cause });
    this.idempotencyKey = idempotencyKey;
  }
}
