/** The edge to Hardhat: its command line prints a HardhatPluginError without a stack trace. */
import { HardhatPluginError } from "hardhat/plugins";
import { isRollupError } from "../util/errors.ts";
import { PACKAGE_NAME } from "./package-root.ts";

/** Runs `work`; our coded errors leave it as Hardhat's, with their code and the way to fix them. */
export async function withPluginErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRollupError(error)) throw error;
    throw new HardhatPluginError(PACKAGE_NAME, `${error.message}\n\nFix: ${error.fix}`, error);
  }
}
