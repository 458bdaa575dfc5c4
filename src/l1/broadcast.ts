/** Signs a transaction in this process if the signer can, else the key's holder does; sends it. */
import {
  BrowserProvider,
  JsonRpcSigner,
  type Provider,
  type Signer,
  toQuantity,
  Transaction,
  type TransactionLike,
  type TransactionRequest,
} from "ethers";
import { withDeadline } from "../util/deadline.ts";
import type { Fees } from "./fees.ts";
import { isUnableToSign, type SendAnswer, toSendAnswer } from "./refusals.ts";
import { isRpcProvider } from "./requests.ts";

/** A transaction that is complete except for its signature. */
export interface ReadyTransaction {
  readonly chainId: bigint;
  readonly from: string;
  /** Null creates a contract. */
  readonly to: string | null;
  readonly data: string;
  readonly value: bigint;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly fees: Fees;
}

/** A transaction in the form in which it is written down and sent. */
export interface Version {
  /** 0x-hex; signed, or not if another process has the key and signs. */
  readonly raw: string;
  /** Hash of the signed transaction, 0x-hex; empty if it is not known. */
  readonly hash: string;
}

export interface SendResult {
  /** `taken`: the node has accepted it. */
  readonly answer: SendAnswer | "taken";
  /** Hash of the transaction, if it is known. */
  readonly hash?: string;
  /** The node's error, if it has not accepted the transaction. */
  readonly error?: unknown;
}

/** Signers that have `signTransaction` but no key, as those of Hardhat and of nodes. */
const unableToSign = new WeakSet<Signer>();

/**
 * Signs a transaction, or leaves that to the holder of the key.
 *
 * @param timeoutMs - Deadline for a signer in another process.
 * @throws The signer's error.
 */
export async function toVersion(
  signer: Signer,
  transaction: ReadyTransaction,
  timeoutMs: number,
): Promise<Version> {
  const raw = await withDeadline(signHere(signer, transaction), timeoutMs);
  if (raw !== undefined) return { raw, hash: Transaction.from(raw).hash! };
  // An unsigned transaction has no sender.
  const unsigned = Transaction.from({ ...toRequest(transaction), from: null } as TransactionLike);
  return { raw: unsigned.unsignedSerialized, hash: "" };
}

/**
 * Sends a transaction. Never throws; the result contains the error.
 *
 * @param timeoutMs - Deadline for the node's answer; a person at a wallet has none.
 */
export async function sendVersion(
  signer: Signer,
  transaction: ReadyTransaction,
  { raw, hash }: Version,
  timeoutMs: number,
): Promise<SendResult> {
  const provider = signer.provider!;
  const known = hash === "" ? {} : { hash };
  try {
    const sending = hash === "" ? sendThere(signer, transaction) : sendRaw(provider, raw);
    const answered = await withDeadline(sending, asksPerson(signer) ? Infinity : timeoutMs);
    return { answer: "taken", hash: answered, ...known };
  } catch (error) {
    return { answer: toSendAnswer(error), ...known, error };
  }
}

/** Returns whether a wallet sends, which asks a person without a deadline and may change fees. */
export function asksPerson(signer: Signer): boolean {
  return signer.provider instanceof BrowserProvider;
}

/** Signs the transaction, 0x-hex; undefined if another process has the key. */
async function signHere(
  signer: Signer,
  transaction: ReadyTransaction,
): Promise<string | undefined> {
  if (signer instanceof JsonRpcSigner || unableToSign.has(signer)) return undefined;
  try {
    return await signer.signTransaction(toRequest(transaction));
  } catch (error) {
    if (!isUnableToSign(error)) throw error;
    unableToSign.add(signer);
    return undefined;
  }
}

function toRequest({ fees, ...transaction }: ReadyTransaction): TransactionRequest {
  return { ...transaction, ...fees, type: "gasPrice" in fees ? 0 : 2 };
}

async function sendRaw(provider: Provider, raw: string): Promise<string> {
  if (!isRpcProvider(provider)) return (await provider.broadcastTransaction(raw)).hash;
  return (await provider.send("eth_sendRawTransaction", [raw])) as string;
}

/** Sends by RPC, because the signer's own polling ends the process when it fails. */
async function sendThere(signer: Signer, transaction: ReadyTransaction): Promise<string> {
  const provider = signer.provider!;
  if (!isRpcProvider(provider)) return (await signer.sendTransaction(toRequest(transaction))).hash;
  const { from, to, data, value, nonce, gasLimit, fees } = transaction;
  // A wallet knows better which nonce is next: this process may not see what else it has sent.
  const place = asksPerson(signer) ? {} : { nonce };
  const quantities = Object.entries({ value, ...place, gas: gasLimit, ...fees });
  const call = {
    from,
    ...(to !== null && { to }),
    data,
    ...Object.fromEntries(quantities.map(([name, quantity]) => [name, toQuantity(quantity)])),
  };
  return (await provider.send("eth_sendTransaction", [call])) as string;
}
