/** What a node signs promises with: the key of the config, and the bond that it has checked. */
import { getAddress } from "ethers";
import type { RollupClient } from "../../l1/client.ts";
import { providerOf } from "../../l1/events.ts";
import type { PromiseParts } from "../../operator/promises.ts";
import { assertBond, readBond } from "../../receipts/bond-on-l1.ts";
import { createTypedDataServer } from "../../receipts/typed-data-server.ts";
import type { PromisesConfig } from "../config/node/promises.ts";
import { openKey } from "./keys.ts";

/**
 * Reads the key and the bond of a config.
 *
 * @param l1 - Client of the rollup that the node operates.
 * @throws L1_KEY_MISSING, L1_KEY_INVALID, BOND_NOT_FOUND, BOND_OF_OTHER_ROLLUP,
 * BOND_SIGNER_MISMATCH, BOND_UNDERFUNDED, BOND_WITHDRAWAL_ANNOUNCED, L1_REQUEST_FAILED
 */
export async function openPromises(
  { bond: bondAddress, key, onConflict, dueSeconds }: PromisesConfig,
  { contract, rollupAddress }: Pick<RollupClient, "contract" | "rollupAddress">,
): Promise<PromiseParts> {
  const { signer, signerAddress } = await openSigner(key);
  const bond = await readBond(providerOf(contract), bondAddress);
  assertBond(bond, rollupAddress, signerAddress);
  return { bond, signer, signerAddress, onConflict, dueSeconds };
}

async function openSigner(
  config: PromisesConfig["key"],
): Promise<Pick<PromiseParts, "signer" | "signerAddress">> {
  const key = await openKey(config, "rollup.node.promises.key");
  switch (key.type) {
    case "wallet":
      return { signer: key.wallet, signerAddress: key.wallet.address };
    case "server": {
      const signer = createTypedDataServer(key.server, key.address);
      return { signer, signerAddress: getAddress(key.address) };
    }
    case "signer":
      return { signer: key.signer, signerAddress: getAddress(await key.signer.getAddress()) };
  }
}
