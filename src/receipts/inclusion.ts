/**
 * Promises at acceptance, which `ReceiptBond` judges: from a block or a second on, a nonce of an
 * account is used, and by nothing but what the account has signed. See docs/receipts.md.
 *
 * One signature is for a group of promises: that of the root of a tree over all of them. Each
 * receipt has its path in the tree.
 */
import { id, toBeHex, verifyTypedData } from "ethers";
import type { TypedDataSigner } from "../l1/authorization.ts";
import { toChecksumAddress } from "../l1/addresses.ts";
import type { Transaction } from "../operations/transaction.ts";
import { OPERATIONS } from "../operations/table.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../protocol/constants.ts";
import { keccakOfWords } from "../util/keccak.ts";
import { receiptError } from "./errors.ts";
import { climbHashTree, createHashTree } from "./merkle-tree.ts";
import { type BondIdentity, domainOf, type SealedBlockExpectation } from "./sealed-block.ts";

/** The promise about one transaction, in the form of the contract. */
export interface Inclusion {
  readonly accountId: number;
  /** Nonce of the transaction. */
  readonly nonce: number;
  /** Code of the operation as it is signed: of a transfer also if it creates an account. */
  readonly op: number;
  readonly tokenId: number;
  /** L1 address, checksummed; zero if the transaction has none. */
  readonly recipient: string;
  /** In the token's smallest unit; 0 if none is signed. */
  readonly amount: bigint;
  /** Last Unix second of blocks that break the promise if they lack the transaction. */
  readonly validUntil: bigint;
}

/** What all promises of a group have in common, in the form of the contract. */
export interface InclusionGroup {
  /** First block whose state must have the transaction; 2^32 - 1 for none. */
  readonly dueBlock: number;
  /** First Unix second of blocks whose state must have it; 2^64 - 1 for none. */
  readonly dueAt: bigint;
  /** L1 block that the promises are made on, and its hash: without it they are void. */
  readonly anchorNumber: number;
  readonly anchorHash: string;
}

/** A promise as a receipt has it and as the contract takes it. */
export interface SignedInclusion {
  readonly inclusion: Inclusion;
  readonly group: InclusionGroup;
  /** Siblings in the tree of the group, from the leaf up: bytes32, 0x-hex. */
  readonly path: readonly string[];
  /** 65 bytes, 0x-hex: one for the whole group. */
  readonly signature: string;
}

/**
 * Seconds that a promise must hold after it is due: an operator chooses the times of blocks within
 * a day, so a shorter one could be evaded by a gap between two of them.
 */
const DUE_GAP_SECONDS = 2n * BigInt(TIMESTAMP_LAG_MAX_SECONDS);

const GROUP_TYPES = {
  InclusionGroup: [
    { name: "root", type: "bytes32" },
    { name: "dueBlock", type: "uint32" },
    { name: "dueAt", type: "uint64" },
    { name: "anchorNumber", type: "uint64" },
    { name: "anchorHash", type: "bytes32" },
  ],
};
const INCLUSION_TYPEHASH = BigInt(
  id(
    "Inclusion(uint32 accountId,uint32 nonce,uint8 op,uint16 tokenId,address recipient," +
      "uint128 amount,uint64 validUntil)",
  ),
);

/** The promise about a transaction; within a batch, until the first of them expires. */
export function inclusionOf(
  transaction: Transaction,
  validUntil: bigint = transaction.validUntil,
): Inclusion {
  const { type, accountId, nonce, tokenId } = transaction;
  const { recipient, amount } = { recipient: 0n, amount: 0n, ...transaction };
  return {
    accountId,
    nonce,
    op: OPERATIONS[type].code,
    tokenId,
    recipient: toChecksumAddress(recipient),
    amount,
    validUntil,
  };
}

/** Hash of a promise, its leaf in the tree: that of an EIP-712 struct. */
export function inclusionHash(inclusion: Inclusion): bigint {
  const { accountId, nonce, op, tokenId, recipient, amount, validUntil } = inclusion;
  const numbers = [accountId, nonce, op, tokenId, recipient].map(BigInt);
  return keccakOfWords([INCLUSION_TYPEHASH, ...numbers, amount, validUntil]);
}

/**
 * Signs a group of promises at once.
 *
 * @param inclusions - At least one.
 * @returns The promises, in the same order.
 */
export async function signInclusions(
  signer: TypedDataSigner,
  bond: BondIdentity,
  group: InclusionGroup,
  inclusions: readonly Inclusion[],
): Promise<SignedInclusion[]> {
  const { root, paths } = createHashTree(inclusions.map(inclusionHash));
  const signed = { root: toWord(root), ...group };
  const signature = await signer.signTypedData(domainOf(bond), GROUP_TYPES, signed);
  return inclusions.map((inclusion, index) => {
    return { inclusion, group, path: paths[index]!.map(toWord), signature };
  });
}

/** What a holder expects of a promise. */
export interface InclusionExpectation extends SealedBlockExpectation {
  /** The transaction, or what the holder knows of it: a payee its token, recipient and amount. */
  readonly inclusion: Partial<Inclusion>;
  /** Last Unix second until which the holder is willing to wait. */
  readonly dueAtMax: bigint;
}

/**
 * Checks a promise that somebody is about to rely on.
 *
 * @throws RECEIPT_SIGNATURE_INVALID, RECEIPT_ANCHOR_UNKNOWN, RECEIPT_INCLUSION_MISMATCH,
 * RECEIPT_DUE_LATE
 */
export function verifyInclusion(expected: InclusionExpectation, promise: SignedInclusion): void {
  const { inclusion, group } = promise;
  const { anchorNumber, anchorHash, dueAt } = group;
  const about = aboutOf(inclusion);
  verifyInclusionSignature(expected, promise);
  if (expected.anchorHash !== anchorHash) {
    throw receiptError({ code: "RECEIPT_ANCHOR_UNKNOWN", about, anchorNumber, anchorHash });
  }
  for (const [field, value] of Object.entries(expected.inclusion)) {
    const promised = inclusion[field as keyof Inclusion];
    if (String(promised).toLowerCase() !== String(value).toLowerCase()) {
      throw receiptError({
        code: "RECEIPT_INCLUSION_MISMATCH",
        about,
        field,
        promised: String(promised),
        expected: String(value),
      });
    }
  }
  const { dueAtMax } = expected;
  const { validUntil } = inclusion;
  if (dueAt > dueAtMax || validUntil < dueAt + DUE_GAP_SECONDS) {
    throw receiptError({ code: "RECEIPT_DUE_LATE", about, dueAt, dueAtMax, validUntil });
  }
}

/** Checks only who has signed a promise. @throws RECEIPT_SIGNATURE_INVALID */
export function verifyInclusionSignature(
  expected: BondIdentity & { readonly signer: string },
  promise: SignedInclusion,
): void {
  const recovered = recover(expected, promise);
  const { signer } = expected;
  if (recovered?.toLowerCase() === signer.toLowerCase()) return;
  const about = aboutOf(promise.inclusion);
  throw receiptError({ code: "RECEIPT_SIGNATURE_INVALID", about, signer, recovered });
}

function aboutOf({ nonce, accountId }: Inclusion): string {
  return `nonce ${nonce} of account ${accountId}`;
}

function recover(bond: BondIdentity, promise: SignedInclusion): string | undefined {
  const { inclusion, group, path, signature } = promise;
  try {
    const root = toWord(climbHashTree(inclusionHash(inclusion), path.map(BigInt)));
    return verifyTypedData(domainOf(bond), GROUP_TYPES, { root, ...group }, signature);
  } catch {
    return undefined; // not a signature, or values of other types
  }
}

function toWord(hash: bigint): string {
  return toBeHex(hash, 32);
}
