/** Whether there is a rollup where one is looked for. */
import { Contract, isError, type Provider } from "ethers";
import { l1Error } from "./errors.ts";
import { ROLLUP_INTERFACE } from "./interface.ts";
import { toL1Error } from "./reverts.ts";

/**
 * Money sent to an address without a contract is lost, and its events are empty: so this is asked
 * before anything else is.
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

/** Every contract that is a rollup, of whatever version, says for which protocol it is. */
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
