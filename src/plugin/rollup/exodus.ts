/** The exodus of a test's rollup: its operator dies, requests expire, and users exit from L1. */
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { type AccountedExit, exitAndAccount, toExitRequest } from "../../exit/request.ts";
import type { RollupClient } from "../../l1/client.ts";
import { providerOf } from "../../l1/events.ts";
import { restoreRollup } from "../../restore/restore.ts";
import { createRestoreSource } from "../../restore/source.ts";
import type { TokenReference } from "../../sdk/fee-params.ts";
import { restorablePresets } from "../config/resolve.ts";
import type { ProverName } from "../config/types.ts";
import { createExitProver } from "./prover.ts";

/** How a test exits. */
export interface ExitOptions {
  /** Proves the balance. Default: no proof, the claim goes by the account's path. */
  readonly prover?: ProverName;
}

/**
 * Moves the time of L1 behind the expiration of the oldest request that waits there. If none does,
 * the network's first account deposits 1 wei for it.
 */
export async function expireRequests(
  l1: RollupClient,
  { networkHelpers, ethers }: NetworkConnection,
): Promise<void> {
  const { contract } = l1;
  const { firstOpen, next } = await contract.priorityQueue();
  if (firstOpen === next) {
    const [depositor] = await ethers.getSigners();
    await l1.depositEth(await depositor!.getAddress(), 1n);
  }
  const { expiration } = await contract.priorityRequest(firstOpen);
  const latest = await providerOf(contract).getBlock("latest");
  if (expiration < BigInt(latest!.timestamp)) return;
  await networkHelpers.time.increaseTo(expiration + 1n);
}

/** Exits with all of a token of an owner, from what L1 has alone. */
export async function exitFromL1(
  config: HardhatConfig,
  l1: RollupClient,
  { address }: { readonly address: string },
  token: TokenReference,
  { prover: name }: ExitOptions,
): Promise<AccountedExit> {
  const presets = restorablePresets(config.rollup);
  const restored = await restoreRollup(createRestoreSource(l1), { presets });
  const request = await toExitRequest(l1, restored, address, String(token));
  const prover =
    name === undefined ? undefined : await createExitProver(config, restored.preset.name, name);
  try {
    return await exitAndAccount(l1, request, prover, () => {});
  } finally {
    await prover?.close();
  }
}
