/**
 * Promises about sealed blocks, which `ReceiptBond` judges: if L1 executes a block of a number, it
 * has exactly this public data. See docs/receipts.md.
 */
import { keccak256, verifyTypedData } from "ethers";
import {
  blockData,
  challenge,
  committedElements,
  evaluate,
  headerWord,
} from "../block/commitment.ts";
import { decodePubdata } from "../block/pubdata.ts";
import type { TypedDataSigner } from "../l1/authorization.ts";
import type { CommitBlock, StoredBlock } from "../l1/types.ts";
import type { PublicOperation } from "../operations/operation.ts";
import { slotsOfKindId } from "../protocol/kinds.ts";
import { receiptError } from "./errors.ts";

/** The promise, in the form of the contract. */
export interface SealedBlock {
  readonly blockNumber: number;
  /** keccak256 of the block's public data, 0x-hex. */
  readonly pubdataHash: string;
  /** L1 block that the promise is made on, and its hash: without it the promise is void. */
  readonly anchorNumber: number;
  readonly anchorHash: string;
}

/** The contract that judges the promises. */
export interface BondIdentity {
  readonly chainId: bigint;
  /** Address of the `ReceiptBond`. */
  readonly bondAddress: string;
}

const SEALED_BLOCK_TYPES = {
  SealedBlock: [
    { name: "blockNumber", type: "uint32" },
    { name: "pubdataHash", type: "bytes32" },
    { name: "anchorNumber", type: "uint64" },
    { name: "anchorHash", type: "bytes32" },
  ],
};

/** The EIP-712 domain of a bond's promises. */
export function domainOf({ chainId, bondAddress }: BondIdentity) {
  return {
    name: "hardhat-zkrollup receipts",
    version: "1",
    chainId,
    verifyingContract: bondAddress,
  };
}

/** Signs a promise. @returns 65 bytes, 0x-hex */
export function signSealedBlock(
  signer: TypedDataSigner,
  bond: BondIdentity,
  promise: SealedBlock,
): Promise<string> {
  return signer.signTypedData(domainOf(bond), SEALED_BLOCK_TYPES, { ...promise });
}

/** What a promise is worth something by, as its holder knows it. */
export interface SealedBlockExpectation extends BondIdentity {
  /** The bond's signer, as L1 says. */
  readonly signer: string;
  /** Hash of the L1 block that the promise names, as the holder's own L1 node says. */
  readonly anchorHash: string | undefined;
}

/**
 * Checks a promise that somebody is about to rely on.
 *
 * @param pubdata - Public data of the block, which has the holder's operations in it.
 * @returns The operations of the block, by slot.
 * @throws RECEIPT_SIGNATURE_INVALID, RECEIPT_ANCHOR_UNKNOWN, RECEIPT_PUBDATA_MISMATCH
 */
export function verifySealedBlock(
  expected: SealedBlockExpectation,
  promise: SealedBlock,
  signature: string,
  pubdata: Uint8Array,
): readonly PublicOperation[] {
  const { blockNumber, anchorNumber, anchorHash, pubdataHash } = promise;
  verifySealedBlockSignature(expected, promise, signature);
  if (expected.anchorHash !== anchorHash) {
    const about = `block ${blockNumber}`;
    throw receiptError({ code: "RECEIPT_ANCHOR_UNKNOWN", about, anchorNumber, anchorHash });
  }
  if (keccak256(pubdata) !== pubdataHash) {
    throw receiptError({ code: "RECEIPT_PUBDATA_MISMATCH", blockNumber });
  }
  return decodePubdata(pubdata);
}

/** Checks only who has signed a promise. @throws RECEIPT_SIGNATURE_INVALID */
export function verifySealedBlockSignature(
  expected: BondIdentity & { readonly signer: string },
  promise: SealedBlock,
  signature: string,
): void {
  const recovered = recover(expected, promise, signature);
  const { signer } = expected;
  if (recovered?.toLowerCase() === signer.toLowerCase()) return;
  const about = `block ${promise.blockNumber}`;
  throw receiptError({ code: "RECEIPT_SIGNATURE_INVALID", about, signer, recovered });
}

function recover(bond: BondIdentity, promise: SealedBlock, signature: string): string | undefined {
  try {
    return verifyTypedData(domainOf(bond), SEALED_BLOCK_TYPES, { ...promise }, signature);
  } catch {
    return undefined; // not a signature, or values of other types
  }
}

/** What L1 has executed, in the form of the contract. */
export interface ExecutedBlock {
  readonly storedBlock: StoredBlock;
  readonly parentCommitment: string;
  readonly kind: number;
  readonly digest: bigint;
  readonly y: bigint;
  readonly pubdataHash: string;
  readonly oldStateRoot: bigint;
  readonly feeAccountId: number;
}

/**
 * Makes the evidence of what a block is, from what L1 has of it.
 *
 * @param parent - The block before.
 * @param storedBlock - The block, as of its event.
 * @param committed - The block, as of the calldata of its commit.
 * @param domain - Of the rollup, see `signingDomain`.
 */
export function executedBlock(
  parent: StoredBlock,
  storedBlock: StoredBlock,
  committed: Omit<CommitBlock, "authorizations">,
  domain: bigint,
): ExecutedBlock {
  const { kind, digest, pubdata, feeAccountId, timestamp } = committed;
  const { stateRoot: oldStateRoot, commitment: parentCommitment } = parent;
  const { blockNumber, stateRoot: newStateRoot } = storedBlock;
  const operations = decodePubdata(pubdata);
  const padding = slotsOfKindId(kind) - operations.length;
  const noops = new Array<PublicOperation>(padding).fill({ type: "noop" });
  const header = headerWord({ blockNumber, timestamp, feeAccountId });
  const inputs = { oldStateRoot, newStateRoot, header, domain };
  const elements = committedElements(inputs, blockData([...operations, ...noops]));
  const z = challenge({ pubdata, kind, digest, oldStateRoot, newStateRoot, header });
  return {
    storedBlock,
    parentCommitment,
    kind,
    digest,
    y: evaluate(elements, z),
    pubdataHash: keccak256(pubdata),
    oldStateRoot,
    feeAccountId,
  };
}
