/** Gives a transaction to an L1 node, signed here if the signer can, or else by who has the key. */
import {
  BrowserProvider,
  JsonRpcSigner,
  type Provider,
  type Signer,
  toQuantity,
  Transaction,
  type TransactionRequest,
} from "ethers";
import type { Fees } from "./fees.ts";
import { isUnableToSign, type SendAnswer, toSendAnswer } from "./refusals.ts";
import { isRpcProvider, withDeadline } from "./requests.ts";

/** A transaction with all that there is to decide. */
export interface ReadyTransaction {
  readonly chainId: bigint;
  readonly from: string;
  /** Null makes a contract. */
  readonly to: string | null;
  readonly data: string;
  readonly value: bigint;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly fees: Fees;
}

export interface SendResult {
  readonly answer: SendAnswer | "taken";
  /** Of the transaction, if it is known. */
  readonly hash?: string;
  /** What the node has said, if not that it takes it. */
  readonly error?: unknown;
}

/** Those of Hardhat and of nodes say that they can, but can not. */
const unableToSign = new WeakSet<Signer>();

/** Never throws: what went wrong is part of the result. */
export async function broadcast(
  signer: Signer,
  transaction: ReadyTransaction,
  timeoutMs: number,
): Promise<SendResult> {
  const provider = signer.provider!;
  let sent: { hash?: string } = {};
  try {
    const raw = await signHere(signer, transaction);
    if (raw !== undefined) sent = { hash: Transaction.from(raw).hash! };
    const sending = raw === undefined ? sendThere(signer, transaction) : sendRaw(provider, raw);
    const hash = await withDeadline(sending, asksPerson(signer) ? Infinity : timeoutMs);
    return { answer: "taken", hash, ...sent };
  } catch (error) {
    return { answer: toSendAnswer(error), ...sent, error };
  }
}

/** Whether a wallet sends, which asks a person, for any time, and may change nonce and fees. */
export function asksPerson(signer: Signer): boolean {
  return signer.provider instanceof BrowserProvider;
}

/** The signed transaction, 0x-hex; undefined if the key is elsewhere. */
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

/** Not by the signer itself, whose polling for the transaction ends the process when it fails. */
async function sendThere(signer: Signer, transaction: ReadyTransaction): Promise<string> {
  const provider = signer.provider!;
  if (!isRpcProvider(provider)) return (await signer.sendTransaction(toRequest(transaction))).hash;
  const { from, to, data, value, nonce, gasLimit, fees } = transaction;
  const quantities = Object.entries({ value, nonce, gas: gasLimit, ...fees });
  const call = {
    from,
    ...(to !== null && { to }),
    data,
    ...Object.fromEntries(quantities.map(([name, quantity]) => [name, toQuantity(quantity)])),
  };
  return (await provider.send("eth_sendTransaction", [call])) as string;
}
