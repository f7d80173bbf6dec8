// From what the journal says of a command to what its asker is told. Used by this room's service
// and those of the rooms beside it.
import type { ProblemCode } from '@hutong/sdk/contract';
import type { CommandKey } from '../journal/batch.ts';
import type { Submitted } from '../journal/queue.ts';
import { ok, type Result, refuse } from '../problems/index.ts';
import { defect } from '../runtime/defect.ts';

/** Who asks, and under which idempotency key. */
export interface Ask {
  /** Handle of the asking participant; `operator` for the scheme's own people. */
  readonly by: string;
  readonly key?: CommandKey | undefined;
}

export interface Done<T> {
  readonly value: T;
  /** The same request was made before: this is what it made, as it stands now. */
  readonly replayed: boolean;
  /** Batch in which it was decided; for a replay, one in which it surely was. */
  readonly seq: number;
}

type Decided = { readonly ok: true } | { readonly ok: false; readonly code: ProblemCode };

/**
 * @param applied takes what was made out of the result
 * @param replayed finds what the earlier request made; called only behind the journal's barrier
 */
export async function answerTo<R extends Decided, T>(
  submitted: Submitted<R>,
  applied: (result: Extract<R, { readonly ok: true }>) => T | undefined,
  replayed: (
    resourceId: string,
  ) => Promise<{ readonly value: T | undefined; readonly seq: number }>,
): Promise<Result<Done<T>>> {
  switch (submitted.kind) {
    case 'refused':
      return refuse(submitted.code);
    case 'conflict':
      return refuse('idempotency_conflict');
    case 'replayed': {
      const { value, seq } = await replayed(submitted.resourceId);
      if (value === undefined) return refuse('resource_not_found');
      return ok({ value, replayed: true, seq });
    }
    case 'applied': {
      const { result, seq } = submitted;
      if (!isOk(result)) return refuse(codeOf(result));
      const value = applied(result);
      if (value === undefined) return defect('a command was answered with another kind of result');
      return ok({ value, replayed: false, seq });
    }
  }
}

function isOk<R extends Decided>(result: R): result is Extract<R, { readonly ok: true }> {
  return result.ok;
}

function codeOf(result: Decided): ProblemCode {
  return result.ok ? defect('no refusal') : result.code;
}
