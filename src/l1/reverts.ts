/** Converts errors of providers to coded errors with the reason of a revert. */
import { Interface, isError, type Provider, type TransactionReceipt } from "ethers";
import { l1Error } from "./errors.ts";
import { ROLLUP_ABI } from "./generated/abi.ts";
import { findRevertData, NO_REASON } from "./refusals.ts";

const KNOWN_ERRORS = new Interface([
  ...ROLLUP_ABI.filter((fragment) => fragment.startsWith("error ")),
  // Errors of contracts/governance.
  "error UpgraderWithoutNotice(address upgrader)",
  "error UpgraderReplaced(address upgrader, address expected)",
  "error NoticeTooShort(uint256 delaySeconds, uint256 neededSeconds)",
  // Errors of verifiers (src/groth16/verifier) and of ERC-20 tokens (ERC-6093).
  "error InsecureKeysOnLiveChain(uint256 chainId)",
  "error UnknownKey(uint256 keyId)",
  "error WrongInputCount(uint256 expected, uint256 actual)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
]);

/**
 * Converts an error of a call to a coded error if L1 has reverted it.
 *
 * @param call - Name of the contract's function, for the message.
 * @param error - The provider's error.
 * @returns DEV_KEYS_ON_LIVE_CHAIN or L1_REVERTED; L1_REQUEST_FAILED for an answer that cannot be
 * decoded; or `error` itself if it is another one.
 */
export function toL1Error(call: string, error: unknown): unknown {
  if (isUndecoded(error)) {
    const reason = `what it answers is no result of ${call}`;
    const facts = { request: "eth_call", attempts: 1, reason, mayRecover: false };
    return l1Error({ code: "L1_REQUEST_FAILED", ...facts }, { cause: error });
  }
  const data = findRevertData(error) ?? (isError(error, "CALL_EXCEPTION") ? NO_REASON : undefined);
  return data === undefined ? error : decodeRevert(call, data, error);
}

/** Ethers has no code for a value that is out of the range of its type. */
const DEFERRED = "deferred error during ABI decoding";

function isUndecoded(error: unknown): boolean {
  if (isError(error, "BAD_DATA")) return true;
  return error instanceof Error && error.message.startsWith(DEFERRED);
}

/** Calls a contract without a transaction. @throws as {@link toL1Error} */
export async function readContract<T>(call: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw toL1Error(call, error);
  }
}

/** A Solidity error that a contract has reverted with. */
export interface NamedRevert {
  readonly name: string;
  readonly values: Record<string, unknown>;
}

/**
 * Reads the Solidity error of a reverted call of any contract.
 *
 * @param known - Errors of that contract; those of a rollup are known anyway.
 * @returns Undefined if nothing was reverted, or by an error without a known name.
 */
export function namedRevert(error: unknown, known: Interface): NamedRevert | undefined {
  const data = findRevertData(error);
  if (data === undefined || data === NO_REASON) return undefined;
  const description = known.parseError(data) ?? KNOWN_ERRORS.parseError(data);
  return description === null
    ? undefined
    : { name: description.name, values: description.args.toObject() };
}

/**
 * Creates the error of a transaction that was mined and failed, by replaying it for its reason.
 *
 * @returns L1_REVERTED, or L1_TRANSACTION_FAILED if the replay gives no reason.
 */
export async function toFailureError(
  call: string,
  receipt: TransactionReceipt,
  provider: Provider,
): Promise<unknown> {
  const failed = l1Error({ code: "L1_TRANSACTION_FAILED", call, transactionHash: receipt.hash });
  const transaction = await provider.getTransaction(receipt.hash);
  if (transaction === null) return failed;
  const { from, to, data, value } = transaction;
  try {
    // The state after its block includes what made the transaction fail, and no effect of its own.
    await provider.call({ from, to, data, value, blockTag: receipt.blockNumber });
    return failed;
  } catch (error) {
    const data = findRevertData(error);
    return data === undefined ? failed : decodeRevert(call, data, error);
  }
}

function decodeRevert(call: string, data: string, cause: unknown): Error {
  if (data === NO_REASON) {
    return l1Error({ code: "L1_REVERTED", call, error: "NoReason", values: {} }, { cause });
  }
  const description = KNOWN_ERRORS.parseError(data);
  if (description === null) {
    return l1Error(
      { code: "L1_REVERTED", call, error: "UnknownError", values: { data } },
      { cause },
    );
  }
  const { name, args } = description;
  const values: Record<string, unknown> = args.toObject();
  if (name === "InsecureKeysOnLiveChain") {
    return l1Error(
      { code: "DEV_KEYS_ON_LIVE_CHAIN", chainId: values["chainId"] as bigint },
      { cause },
    );
  }
  return l1Error({ code: "L1_REVERTED", call, error: name, values }, { cause });
}
