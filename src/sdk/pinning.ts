/** Who names the contract of a rollup: a node alone is not believed on a live chain. */
import { LOCAL_CHAIN_IDS } from "../groth16/verifier/insecure.ts";
import { sdkError } from "./errors.ts";
import type { RollupIdentity } from "./key-derivation.ts";
import type { RollupProvider } from "./provider.ts";

/**
 * Checks that the user has named the contract, unless the chain is local.
 *
 * @param trusted - Address that the caller has from somebody trusted.
 * @throws ROLLUP_NOT_PINNED
 */
export function assertPinned(
  { isPinned }: RollupProvider,
  { chainId, rollupAddress }: RollupIdentity,
  trusted: string | undefined,
): void {
  if (isPinned || trusted !== undefined) return;
  if (LOCAL_CHAIN_IDS.some((id) => BigInt(id) === chainId)) return;
  throw sdkError({ code: "ROLLUP_NOT_PINNED", rollupAddress, chainId });
}
