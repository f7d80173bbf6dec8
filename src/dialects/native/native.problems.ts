// Problems ↔ the native protocol's error codes. They are the same codes, so outward there is
// nothing to translate; inward a wallet may blame only what a wallet can know.
import {
  type ProblemCode,
  type ProblemGroup,
  problemCodeSchema,
  problemsByGroup,
} from '@hutong/sdk/contract';

/** Which groups a wallet's refusal may name. Exhaustive: a new group must be decided here. */
const walletMaySay: Record<ProblemGroup, boolean> = {
  request: false,
  auth: false,
  idempotency: false,
  money: true,
  directory: true,
  quotes: false,
  orders: false,
  payments: true,
  resources: false,
  platform: false,
};

const sayable: ReadonlySet<ProblemCode> = new Set(
  Object.entries(problemsByGroup).flatMap(([group, rows]) =>
    Object.entries(walletMaySay).some(([name, may]) => name === group && may)
      ? rows.map((row): ProblemCode => row.code)
      : [],
  ),
);

/**
 * Why a leg was rejected, where the wallet may say so; null: it refused, and that is all we know.
 */
export function legProblem(code: string | undefined): ProblemCode | null {
  const known = problemCodeSchema.safeParse(code);
  return known.success && sayable.has(known.data) ? known.data : null;
}
