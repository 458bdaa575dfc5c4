/** The format of a deployment file, in which `rollup:deploy` records a rollup. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Provider } from "ethers";
import { z } from "zod";
import { toJsonText } from "../../util/json.ts";
import { pluginError } from "../errors.ts";

/** The part of a file that programs read. */
const recordSchema = z.object({
  rollup: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  /** L1 block of the deployment, where the rollup's events start. */
  deploymentBlock: z.number().int().nonnegative().default(0),
  /** Hash of block 0 of the chain, because all local chains have the same id. */
  genesisHash: z.string().optional(),
});
export type DeploymentRecord = z.infer<typeof recordSchema>;

/** All contents of a file; the rest is for people. */
export interface Deployment extends DeploymentRecord {
  readonly network: string;
  readonly chainId: number;
  readonly implementation: string;
  readonly verifier: string;
  readonly proxyAdmin: string;
  readonly upgrader: string;
  readonly upgradeNoticeSeconds: number;
  readonly governor: string;
  readonly guardian: string;
  readonly validatorManager: string;
  readonly requestFeeWei: bigint;
  readonly preset: string;
  readonly prover: string;
  readonly protocolDigest: string;
}

/** Formats a file. */
export function formatDeployment(deployment: Deployment): string {
  return toJsonText(deployment);
}

/** Reads a file. @returns Undefined if there is none. @throws DEPLOYMENT_FILE_INVALID */
export async function readDeployment(file: string): Promise<DeploymentRecord | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw pluginError({ code: "DEPLOYMENT_FILE_INVALID", file }, { cause });
  }
}

/** Reads the hash of block 0. @returns Undefined if the node has no block 0. */
export async function readGenesisHash(provider: Provider): Promise<string | undefined> {
  return (await provider.getBlock(0))?.hash ?? undefined;
}
