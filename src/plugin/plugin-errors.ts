/** The edge to Hardhat: its command line prints a HardhatPluginError without a stack trace. */
import { HardhatPluginError } from "hardhat/plugins";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { pluginError } from "./errors.ts";
import { PACKAGE_NAME } from "./package-root.ts";

/** How deep the reason of an error may lie in its causes. */
const CAUSES_MAX = 5;

/**
 * Runs `work`; our coded errors leave it as Hardhat's, with their code and the way to fix them.
 * So do failures of files and of L1, which are nobody's bug. All others keep their stack traces.
 *
 * @param network - That the work is done on.
 */
export async function withPluginErrors<T>(network: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const coded = toCodedError(network, error);
    if (coded === undefined) throw error;
    throw new HardhatPluginError(PACKAGE_NAME, `${coded.message}\n\nFix: ${coded.fix}`, coded);
  }
}

/**
 * What an error means to a user: a coded error itself, and failures of files and of L1 by a code of
 * their own. Undefined for all others.
 */
export function toCodedError(network: string, error: unknown): RollupError | undefined {
  if (isRollupError(error)) return error;
  for (const cause of causesOf(error)) {
    if (isFileError(cause)) {
      const facts = { path: cause.path ?? "A file", reason: cause.message };
      return pluginError({ code: "FILE_NOT_ACCESSIBLE", ...facts }, { cause: error });
    }
    if (isL1Error(cause)) {
      const reason = cause.shortMessage ?? cause.message;
      return pluginError({ code: "NETWORK_REQUEST_FAILED", network, reason }, { cause: error });
    }
  }
  return undefined;
}

/** An error and those that have led to it, outermost first. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < CAUSES_MAX;) {
    causes.push(cause);
    cause = cause.cause;
  }
  return causes;
}

/** Calls of the system on a file that is open: their errors do not name it. */
const FILE_CALLS = ["read", "write", "fsync", "ftruncate"];

/** As Node throws it where a file or folder is missing, forbidden, or has no room. */
function isFileError(error: Error): error is Error & { path?: string } {
  const { code, path, syscall = "" } = error as Partial<NodeJS.ErrnoException>;
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) return false;
  return typeof path === "string" || FILE_CALLS.includes(syscall);
}

/** As Hardhat and ethers throw it when a node refuses a call, or there is no node. */
function isL1Error(error: Error): error is Error & { shortMessage?: string } {
  return error.name === "ProviderError" || "shortMessage" in error;
}
