/** What a devnet is saved as, and what must be the same to continue it. */
import { createHash } from "node:crypto";
import type { HardhatConfig } from "hardhat/types/config";
import { PROTOCOL_DIGEST } from "../../operations/table.ts";
import { blockKindName } from "../../protocol/kinds.ts";
import type { Preset } from "../../protocol/presets.ts";
import { LEDGER_RULES } from "../../store/rules.ts";
import { encodeSnapshot } from "../../store/snapshot-codec.ts";
import { readManifest } from "../circuits/manifest.ts";
import { hardhatVersion } from "../package-root.ts";
import type { DeployOptions } from "../rollup/types.ts";
import type { DevnetChain } from "./chain.ts";
import { readL1State } from "./l1-blocks.ts";
import { L1Node } from "./l1-node.ts";
import { formatState } from "./state-file.ts";
import type { DevnetState, StateIdentity } from "./state-schema.ts";

/** Of a mock prover, whose verifier has none. */
const NO_KEYS = "none";

/** What is known of it before anything is built. */
export type SizeIdentity = Omit<StateIdentity, "key digest">;

/** What of a config must fit a saved devnet. */
export function identifySizes(
  { rollup }: Pick<HardhatConfig, "rollup">,
  preset: Preset,
  { prover = rollup.prover }: Pick<DeployOptions, "prover">,
): SizeIdentity {
  return {
    preset: preset.name,
    "block kinds": preset.blockKinds.map(blockKindName).join(" "),
    prover: prover === "mock" ? "mock" : "real",
    protocol: PROTOCOL_DIGEST,
  };
}

/** As {@link identifySizes}, with the keys that were built. */
export async function identify(
  config: Pick<HardhatConfig, "rollup">,
  preset: Preset,
  options: Pick<DeployOptions, "prover">,
): Promise<StateIdentity> {
  const sizes = identifySizes(config, preset, options);
  const keys = sizes.prover === "mock" ? NO_KEYS : await digestOfKeys(config.rollup);
  return { ...sizes, "key digest": keys };
}

/** Digest of the keys in the built verifier, which the verifier on L1 has too. */
async function digestOfKeys(rollup: HardhatConfig["rollup"]): Promise<string> {
  const { circuits = [] } = (await readManifest(rollup)) ?? {};
  const keys = circuits
    .filter(({ keyId }) => keyId !== undefined)
    .map(({ keyId, verificationKeyHash }) => `${keyId} ${verificationKeyHash}`);
  return createHash("sha256").update(keys.sort().join("\n")).digest("hex");
}

/** Writes a devnet down. @throws DEVNET_NOT_SAVABLE */
export async function saveDevnet(
  config: HardhatConfig,
  { connection, base, recording }: DevnetChain,
  options: Pick<DeployOptions, "prover">,
): Promise<string> {
  const { operator } = connection.rollup;
  const state = await operator.exclusively(async (): Promise<DevnetState> => {
    const l1 = await readL1State(new L1Node(connection.provider), base, recording);
    const ledger = operator.checkpoint();
    const { rollupAddress, deploymentBlock } = ledger.rollup;
    return {
      identity: await identify(config, operator.preset, options),
      hardhat: hardhatVersion(),
      l1,
      rollup: {
        rollupAddress,
        deploymentBlock,
        bondAddress: connection.rollup.bondAddress!,
        rules: LEDGER_RULES,
        ledger: [...encodeSnapshot(ledger)],
      },
    };
  });
  return formatState(state);
}
