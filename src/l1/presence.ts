/** Checks that there is a rollup at an address. */
import { Contract, isError, type Provider } from "ethers";
import { l1Error } from "./errors.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import { toL1Error } from "./reverts.ts";

/**
 * Checks that there is a rollup at an address. Call it first: funds sent to an address without a
 * contract are lost, and its events are empty.
 *
 * @throws ROLLUP_NOT_FOUND
 */
export async function assertRollupAt(provider: Provider, rollupAddress: string): Promise<void> {
  const isThere = (await provider.getCode(rollupAddress)) !== "0x";
  if (isThere && (await hasProtocolDigest(provider, rollupAddress))) return;
  const { chainId } = await provider.getNetwork();
  const found = isThere ? "another contract" : "no contract";
  throw l1Error({ code: "ROLLUP_NOT_FOUND", rollupAddress, chainId, found });
}

/** Returns whether a contract has a protocol digest, which rollups of all versions have. */
async function hasProtocolDigest(provider: Provider, address: string): Promise<boolean> {
  try {
    await new Contract(address, ROLLUP_INTERFACE, provider).getFunction("protocolDigest")();
    return true;
  } catch (error) {
    const isAnswer = isError(error, "BAD_DATA") || isError(error, "CALL_EXCEPTION");
    if (isAnswer || toL1Error("protocolDigest", error) !== error) return false;
    throw error;
  }
}
