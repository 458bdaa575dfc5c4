/** `deployments/rollup-<chain id>.json`: where `rollup:deploy` has put a rollup. */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Provider } from "ethers";
import { z } from "zod";
import { pluginError } from "../errors.ts";

/** What others read of the file; it says more, for people. */
const recordSchema = z.object({
  rollup: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
  /** L1 block of the deployment: where the rollup's events start. */
  deploymentBlock: z.number().int().nonnegative().default(0),
  /** Hash of the chain's block 0: every local chain has the same id. */
  genesisHash: z.string().optional(),
});
export type DeploymentRecord = z.infer<typeof recordSchema>;

export function deploymentFile(root: string, chainId: bigint): string {
  return join(root, "deployments", `rollup-${chainId}.json`);
}

/** Undefined if there is no file. @throws DEPLOYMENT_FILE_INVALID */
export async function readDeployment(file: string): Promise<DeploymentRecord | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw pluginError({ code: "DEPLOYMENT_FILE_INVALID", file }, { cause });
  }
}

/** Undefined if the node has no block 0. */
export async function readGenesisHash(provider: Provider): Promise<string | undefined> {
  return (await provider.getBlock(0))?.hash ?? undefined;
}

/** A file that can be written: it is known before what goes into it is. */
export interface ReservedFile {
  readonly path: string;
  /** All of it or nothing. @throws OUTPUT_NOT_WRITABLE */
  write(text: string): Promise<void>;
  /** Leaves everything as it was, if nothing has been written. */
  release(): Promise<void>;
}

/**
 * Makes sure that a file can be written, by opening another one beside it.
 *
 * @param overwrite - `refuse`: a file that is there stays.
 * @throws OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function reserveFile(
  path: string,
  overwrite: "refuse" | "force",
): Promise<ReservedFile> {
  if (existsSync(path)) {
    const reason = "it is no file";
    if (!statSync(path).isFile())
      throw pluginError({ code: "OUTPUT_NOT_WRITABLE", file: path, reason });
    if (overwrite === "refuse") throw pluginError({ code: "OUTPUT_EXISTS", file: path });
  }
  const draft = `${path}.${process.pid}.part`;
  const writable = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw pluginError({ code: "OUTPUT_NOT_WRITABLE", file: path, reason }, { cause });
    }
  };
  const handle = await writable(async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(draft, "w");
  });
  return {
    path,
    write: (text) =>
      writable(async () => {
        await handle.writeFile(text);
        await rename(draft, path);
      }),
    release: async () => {
      await handle.close();
      await rm(draft, { force: true });
    },
  };
}
