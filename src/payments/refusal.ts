// Refusals as outcomes, and as what an idempotency key may stand for.
import { type ProblemCode, problemCodeSchema } from '@hutong/sdk/contract';
import { type Problem, problem } from '../problems/index.ts';

export function refused(code: ProblemCode): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: problem(code) };
}

/** `refused:<code>`: the key stands for a refusal, and a retry is given it again. */
export function refusalOf(resource: string): ProblemCode | null {
  if (!resource.startsWith('refused:')) return null;
  const code = problemCodeSchema.safeParse(resource.slice(8));
  return code.success ? code.data : 'internal';
}
