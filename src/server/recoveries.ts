/** Ethereum signatures that a call wants recovered, which takes the operator's own thread. */
import type { RpcMethod } from "../api/methods.ts";

/** Units of a recovery: each takes several times as long as anything else about a transaction. */
const RECOVERY_UNITS = 8;

const SUBMISSIONS: readonly string[] = [
  "rollup_submitTransaction",
  "rollup_submitBatch",
] satisfies RpcMethod[];

/**
 * Units that a call takes of its client's rate, besides those of its method.
 *
 * @param params - Unchecked, as they came.
 */
export function unitsOfRecoveries(method: string, params: readonly unknown[]): number {
  if (!SUBMISSIONS.includes(method)) return 0;
  const count = params.flat(1).reduce((sum: number, each) => sum + recoveriesOf(each), 0);
  return count * RECOVERY_UNITS;
}

/** At most two: the owner's consent to a key, and the signature of a second factor. */
function recoveriesOf(transaction: unknown): number {
  if (typeof transaction !== "object" || transaction === null) return 0;
  return ["authorization", "ethereumSignature"].filter((name) => name in transaction).length;
}
