/** The path of a deployment file; apart from its format, as the list of tasks names it. */
import { join } from "node:path";

const CHAIN_ID = "<chain id>";

/** The path from the project's root, for people. */
export const DEPLOYMENT_FILE = `deployments/rollup-${CHAIN_ID}.json`;

/** @param root - Of the project. */
export function deploymentFile(root: string, chainId: bigint): string {
  return join(root, DEPLOYMENT_FILE.replace(CHAIN_ID, String(chainId)));
}
