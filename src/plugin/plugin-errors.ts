/** Converts errors for Hardhat, whose command line prints a HardhatPluginError without a stack. */
import { HardhatPluginError } from "hardhat/plugins";
import { isRollupError, type RollupError } from "../util/errors.ts";
import { pluginError } from "./errors.ts";
import { PACKAGE_NAME } from "./package-root.ts";

/** Maximum depth of causes in which the reason of an error is looked for. */
const CAUSES_MAX = 5;

/**
 * Runs `work` and converts its coded errors to Hardhat's, with their code and fix. Failures of
 * files and of L1 are converted too, because they are no bugs. All others keep their stack traces.
 *
 * @param network - Name of the network of the work.
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
 * Returns the coded error for a user: the error itself, or one of its own for failures of files and
 * of L1. Undefined for all others.
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

/** Lists an error and its causes, outermost first. */
function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error && causes.length < CAUSES_MAX;) {
    causes.push(cause);
    cause = cause.cause;
  }
  return causes;
}

/** System calls on an open file, whose errors do not name it. */
const FILE_CALLS = ["read", "write", "fsync", "ftruncate"];

/** Returns whether Node throws it for a missing, forbidden or full file or folder. */
function isFileError(error: Error): error is Error & { path?: string } {
  const { code, path, syscall = "" } = error as Partial<NodeJS.ErrnoException>;
  if (typeof code !== "string" || !/^E[A-Z0-9]+$/.test(code)) return false;
  return typeof path === "string" || FILE_CALLS.includes(syscall);
}

/** Returns whether Hardhat or ethers throws it when a node refuses a call or does not answer. */
function isL1Error(error: Error): error is Error & { shortMessage?: string } {
  return error.name === "ProviderError" || "shortMessage" in error;
}
