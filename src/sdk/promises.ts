/** Promises of an operator, about blocks and about transactions, checked by their holder. */
import type { Provider } from "ethers";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { hashPublicKey } from "../kernel/signatures.ts";
import type { PublicOperation } from "../operations/operation.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { OPERATIONS } from "../operations/table.ts";
import type { SignedTransaction, Transaction } from "../operations/transaction.ts";
import { assertBond, type Bond, readBond } from "../receipts/bond-on-l1.ts";
import { receiptError } from "../receipts/errors.ts";
import {
  type Inclusion,
  inclusionOf,
  type SignedInclusion,
  verifyInclusion,
} from "../receipts/inclusion.ts";
import { type SealedBlock, verifySealedBlock } from "../receipts/sealed-block.ts";
import type { RpcResult } from "../api/methods.ts";
import { toJson } from "../util/json.ts";
import { omit } from "../util/omit.ts";
import { address, integer, option, optionsOf, readInput } from "./inputs.ts";

/** What a holder of promises trusts. */
export interface PromiseTrust {
  /**
   * Address of the operator's `ReceiptBond`, from somebody trusted: not from the operator, who
   * could name a contract that never pays.
   */
  readonly bond: string;
  /**
   * Address of the rollup contract that the holder uses. Default: that of the wallet, or else the
   * one that the operator names.
   */
  readonly rollup?: string;
  /** The holder's own L1 node, or one that it trusts more than the operator. */
  readonly l1: Provider;
}

/** A promise that holds: if L1 executes the block, it has these operations, or the bond pays. */
export interface BlockPromise {
  /** The promise, for `ReceiptBond.claim`. */
  readonly promise: SealedBlock;
  /** 65 bytes, 0x-hex, for the same. */
  readonly signature: string;
  /** Public data of the block. */
  readonly pubdata: Uint8Array;
  /** The operations of the block, by slot. */
  readonly operations: readonly PublicOperation[];
  /** The bond as L1 had it: what the promise is worth. */
  readonly bond: Bond;
}

/** A promise that holds: L1 executes the transaction in time, or the bond pays. */
export interface InclusionPromise {
  /** The promise, for `ReceiptBond.claimLate` and `claimReplaced`. */
  readonly promise: SignedInclusion;
  /** The bond as L1 had it: what the promise is worth. */
  readonly bond: Bond;
}

/** What a holder wants of a promise about a transaction. */
export interface InclusionWish {
  /**
   * What the holder knows of the transaction: a payee its token, recipient and amount, and of the
   * payer account and nonce. Each pair of these is one payment, and counts once: otherwise the
   * promise about an older payment could be shown again.
   */
  readonly inclusion: Partial<Inclusion> & Pick<Inclusion, "accountId" | "nonce">;
  /** Seconds of L1's time in which the transaction must be due. Default: two days. */
  readonly dueWithinSeconds?: number;
}

const DUE_WITHIN_SECONDS = 2 * 24 * 60 * 60;

const trustSchema = optionsOf<PromiseTrust>({
  bond: address,
  rollup: address.optional(),
  l1: option(
    "a provider of ethers",
    (value): value is Provider =>
      typeof value === "object" && value !== null && "getBlock" in value && "getNetwork" in value,
  ),
});

const identitySchema = optionsOf<Pick<Inclusion, "accountId" | "nonce">>({
  accountId: integer(0),
  nonce: integer(0),
});

/** Checks what is trusted. @throws OPTION_INVALID, OPTION_UNKNOWN, ADDRESS_INVALID */
export function readTrust(trust: PromiseTrust): PromiseTrust {
  return readInput(trustSchema, trust);
}

/**
 * Checks a promise as it came from an operator, of which nothing is believed.
 *
 * @param blockNumber - The block that was asked about.
 */
export async function checkBlockPromise(
  { promise, signature, pubdata: hex }: RpcResult<"rollup_getBlockPromise">,
  blockNumber: number,
  { bond: bondAddress, rollup, l1 }: Required<PromiseTrust>,
): Promise<BlockPromise> {
  if (promise.blockNumber !== blockNumber) {
    const facts = { blockNumber, promised: promise.blockNumber };
    throw receiptError({ code: "RECEIPT_OF_OTHER_BLOCK", ...facts });
  }
  const bond = await readBond(l1, bondAddress);
  assertBond(bond, rollup);
  const anchor = await l1.getBlock(promise.anchorNumber);
  const pubdata = hexToBytes(hex.slice(2));
  const expected = {
    chainId: bond.chainId,
    bondAddress: bond.bondAddress,
    signer: bond.signerAddress,
    anchorHash: anchor?.hash ?? undefined,
  };
  const operations = verifySealedBlock(expected, promise, signature, pubdata);
  return { promise, signature, pubdata, operations, bond };
}

/**
 * Checks a promise about a transaction as it came from an operator, of which nothing is believed.
 *
 * @param wish - What the holder knows of the transaction, and how long it is willing to wait.
 */
export async function checkInclusion(
  { inclusion, group, path, signature }: NonNullable<RpcResult<"rollup_getInclusionPromise">>,
  { inclusion: known, dueWithinSeconds = DUE_WITHIN_SECONDS }: InclusionWish,
  { bond: bondAddress, rollup, l1 }: Required<PromiseTrust>,
): Promise<InclusionPromise> {
  const { accountId, nonce } = known;
  readInput(identitySchema, { accountId, nonce }, "inclusion");
  readInput(integer(0), dueWithinSeconds, "dueWithinSeconds");
  const promise: SignedInclusion = { inclusion, group, path, signature };
  const bond = await readBond(l1, bondAddress);
  assertBond(bond, rollup);
  const [anchor, latest] = await Promise.all([
    l1.getBlock(group.anchorNumber),
    l1.getBlock("latest"),
  ]);
  const expected = {
    chainId: bond.chainId,
    bondAddress: bond.bondAddress,
    signer: bond.signerAddress,
    anchorHash: anchor?.hash ?? undefined,
    inclusion: known,
    dueAtMax: BigInt(latest?.timestamp ?? 0) + BigInt(dueWithinSeconds),
  };
  verifyInclusion(expected, promise);
  return { promise, bond };
}

/**
 * Writes a promise as `hardhat rollup:claim` reads it, should it be broken.
 *
 * @param promise - Of a transaction or of a block, as it was checked.
 * @returns JSON.
 *
 * @example
 * const bond = { chainId: 31337n, bondAddress: bob.address };
 * const group = { dueBlock: 9, dueAt: 5n, anchorNumber: 1, anchorHash: "0x" };
 * const promise = { inclusion: { nonce: 3 }, group, path: [], signature: "0x" };
 * JSON.parse(promiseToJson({ promise, bond })).inclusion; // { nonce: 3 }
 */
export function promiseToJson(promise: InclusionPromise | BlockPromise): string {
  const { chainId, bondAddress: address } = promise.bond;
  const bond = { chainId, address };
  if (!("operations" in promise)) return JSON.stringify(toJson({ bond, ...promise.promise }));
  const { signature, pubdata } = promise;
  const block = { promise: promise.promise, signature, pubdata: `0x${bytesToHex(pubdata)}` };
  return JSON.stringify(toJson({ bond, ...block }));
}

/** What the signer of a transaction knows of a promise about it: all but until when it holds. */
export function inclusionOfSigned(transaction: Transaction): Omit<Inclusion, "validUntil"> {
  return omit(inclusionOf(transaction), "validUntil");
}

/**
 * Whether an operation says what a transaction does. The public data do not say everything that is
 * signed: the nonce, and the address of a recipient that has an account. Nobody but the signer can
 * have an operation of the account executed, so another one would be another transaction of the
 * signer with the same amount, token and fee.
 */
export function isOperationOf(transaction: SignedTransaction, operation: PublicOperation): boolean {
  const { record, extension, message }: OperationSpec = OPERATIONS[operation.type];
  if (message?.type !== transaction.type) return false;
  const actual = operation as unknown as Readonly<Record<string, unknown>>;
  const { accountId, publicKey, ...fields } = transaction;
  const signed: Readonly<Record<string, unknown>> = {
    ...fields,
    [record.accountA!]: accountId,
    pubKeyHash: hashPublicKey(publicKey),
  };
  const names = [
    ...Object.values(record),
    ...Object.values(extension).map(({ name }) => name),
  ].filter((name) => Object.hasOwn(signed, name));
  return names.every((name) => actual[name] === signed[name]);
}
