/** Sees a sent transaction mined, and sends it again when it is stuck or was dropped. */
import {
  isError,
  type Signer,
  type TransactionReceipt,
  type TransactionRequest,
  type TransactionResponse,
} from "ethers";
import { l1Error } from "./errors.ts";

/** How long to wait for L1. */
export interface Patience {
  /** After this a transaction is sent again, with the same nonce and higher fees. */
  readonly resendAfterMs: number;
  /** How many times it is sent in all. */
  readonly sendsMax: number;
}

/** Five Ethereum blocks; and then fees that are nearly ten times as high as at first. */
export const DEFAULT_PATIENCE: Patience = { resendAfterMs: 60_000, sendsMax: 11 };

/** Nodes take a replacement only if it pays an eighth more (geth: 10%). */
const FEE_RAISE_PERCENT = 125n;

/**
 * Waits until a transaction or one of its replacements is mined. All have the same nonce and
 * content, so it does not matter which.
 *
 * @param signer - That has sent it.
 * @returns The receipt, also of a transaction that was reverted.
 * @throws L1_TRANSACTION_STUCK; it may still be mined later.
 */
export async function untilMined(
  signer: Signer,
  first: TransactionResponse,
  { resendAfterMs, sendsMax }: Patience,
): Promise<TransactionReceipt> {
  const sent = [first];
  for (;;) {
    const latest = sent.at(-1)!;
    const receipt = (await minedWithin(latest, resendAfterMs)) ?? (await findReceipt(sent));
    if (receipt !== undefined) return receipt;
    if (sent.length >= sendsMax) {
      const facts = { transactionHash: latest.hash, nonce: latest.nonce, sends: sent.length };
      throw l1Error({ code: "L1_TRANSACTION_STUCK", ...facts });
    }
    try {
      sent.push(await signer.sendTransaction(toReplacement(latest)));
    } catch (error) {
      // Most likely one of them has just been mined.
      const receipt = await findReceipt(sent);
      if (receipt === undefined) throw error;
      return receipt;
    }
  }
}

/** Undefined if it is not mined in time. */
async function minedWithin(
  transaction: TransactionResponse,
  timeoutMs: number,
): Promise<TransactionReceipt | undefined> {
  try {
    return (await transaction.wait(1, timeoutMs)) ?? undefined;
  } catch (error) {
    if (isError(error, "TIMEOUT")) return undefined;
    if (isError(error, "CALL_EXCEPTION") && error.receipt) return error.receipt;
    // One that was sent before has been mined in its place.
    if (isError(error, "TRANSACTION_REPLACED") && error.reason === "repriced") return error.receipt;
    throw error;
  }
}

async function findReceipt(
  sent: readonly TransactionResponse[],
): Promise<TransactionReceipt | undefined> {
  for (const { provider, hash } of sent) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt !== null) return receipt;
  }
  return undefined;
}

function toReplacement(transaction: TransactionResponse): TransactionRequest {
  const { to, data, value, nonce, gasLimit } = transaction;
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const fees =
    maxFeePerGas === null || maxPriorityFeePerGas === null
      ? { gasPrice: raise(gasPrice) }
      : {
          maxFeePerGas: raise(maxFeePerGas),
          maxPriorityFeePerGas: raise(maxPriorityFeePerGas),
        };
  // With a gas limit no node estimates, which it might do on a state that has the first one.
  return { to, data, value, nonce, gasLimit, ...fees };
}

function raise(fee: bigint): bigint {
  return (fee * FEE_RAISE_PERCENT) / 100n + 1n;
}
