/** The path of a deployment file, in a module of its own because the list of tasks shows it. */
import { join } from "node:path";

const CHAIN_ID = "<chain id>";

/** The path from the project's root, for people. */
export const DEPLOYMENT_FILE = `deployments/rollup-${CHAIN_ID}.json`;

/** Returns the path of a network's file. @param root - Folder of the project. */
export function deploymentFile(root: string, chainId: bigint): string {
  return join(root, DEPLOYMENT_FILE.replace(CHAIN_ID, String(chainId)));
}
