/**
 * The values of the `rollup_*` methods as JSON. Each schema decodes; `toJson` encodes.
 *
 * Integers that may pass 2^53 travel as 0x-hex quantities, addresses as 0x-hex of up to 20 bytes.
 * A description names a schema in docs/rpc.md.
 */
import { isAddress } from "ethers";
import { z } from "zod";
import { OPERATION_NAMES, TRANSACTION_TYPES } from "../operations/table.ts";
import {
  type SubmittedTransaction,
  TRANSACTION_FORMS,
  type TransactionForm,
} from "../operations/transaction-forms.ts";
import { PRESET_NAMES } from "../protocol/presets.ts";
import { STAGES } from "../protocol/stages.ts";

/** An EIP-712 signature takes 66 bytes; other kinds of consent take less than this. */
const AUTHORIZATION_BYTES_MAX = 256;

export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, "expected an integer of at most 32 bytes as 0x-hex")
  .transform((text) => BigInt(text))
  .describe("Quantity");
const amount = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,32}$/, "expected an integer below 2^128 as 0x-hex")
  .transform((text) => BigInt(text))
  .describe("Amount");
const index = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "expected an address of 20 bytes")
  .describe("Address");
/** An address in an answer; with letters of both cases it has a checksum. */
const checkedAddress = address
  .refine((text) => isAddress(text), "expected an address with a valid checksum")
  .describe("Address");
/** Inside transactions an address is an integer. */
const addressInteger = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,40}$/, "expected an address as 0x-hex")
  .transform((text) => BigInt(text))
  .describe("Address");
const point = z.object({ x: quantity, y: quantity }).strict().describe("Point");

export const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, "expected a hash of 32 bytes as 0x-hex")
  .describe("Hash");
export const transactionType = z.enum(TRANSACTION_TYPES).describe("TransactionType");
export const stage = z.enum(STAGES).describe("Stage");
export const requestId = index.describe("RequestId");
export const tokenId = index.describe("TokenId");
export const sealedBlockNumber = index.describe("SealedBlockNumber");
export const blockNumber = z.union([index, z.literal("latest")]).describe("BlockNumber");
/** Names an account by its id or by its L1 owner. */
export const accountReference = z.union([index, address]).describe("AccountReference");

const anyTransaction = {
  accountId: index,
  tokenId: index,
  fee: quantity,
  nonce: index,
  validFrom: quantity,
  validUntil: quantity,
  publicKey: point,
  signature: z.object({ r8: point, s: quantity }).strict(),
};
const messageColumns = { recipient: addressInteger, amount: quantity };
/** What `commitBlocks` shows L1 as the owner's consent. */
const authorization = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2})+$/, "expected bytes as 0x-hex")
  .max(2 + 2 * AUTHORIZATION_BYTES_MAX)
  .describe("Bytes");

/** Of a text, by EIP-191 and the owner's Ethereum key. */
const ethereumSignature = z
  .string()
  .regex(/^0x[0-9a-fA-F]{130}$/, "expected a signature of 65 bytes as 0x-hex")
  .describe("Signature");

function transactionSchema({ type, columns, needsConsent }: TransactionForm) {
  const own = Object.fromEntries(columns.map((column) => [column, messageColumns[column]]));
  const consent = needsConsent ? { authorization } : {};
  const second = { ethereumSignature: ethereumSignature.optional() };
  return z
    .object({ type: z.literal(type), ...anyTransaction, ...own, ...consent, ...second })
    .strict();
}

const [anySchema, ...otherSchemas] = TRANSACTION_FORMS.map(transactionSchema);
/** One form for each kind of transaction, as the operations say. */
export const signedTransaction = z
  .discriminatedUnion("type", [anySchema!, ...otherSchemas])
  .describe("SignedTransaction") as unknown as z.ZodType<SubmittedTransaction>;

const bond = z.object({ chainId: quantity, address: checkedAddress }).strict();
const promiseSignature = z
  .string()
  .regex(/^0x[0-9a-fA-F]{130}$/, "expected a signature of 65 bytes as 0x-hex")
  .describe("Signature");

/** A promise about a transaction as `ReceiptBond` judges it. */
export const inclusionPromise = z
  .object({
    bond,
    inclusion: z
      .object({
        accountId: index,
        nonce: index,
        /** Code of the operation, as it is signed. */
        op: index,
        tokenId,
        /** Zero if the transaction has none. */
        recipient: checkedAddress,
        amount: quantity,
        /** Last Unix second of blocks that must have the transaction. */
        validUntil: quantity,
      })
      .strict(),
    group: z
      .object({ dueBlock: index, dueAt: quantity, anchorNumber: index, anchorHash: hash })
      .strict(),
    /** From the transaction to what is signed, at most 32 hashes. */
    path: z.array(hash).max(32),
    signature: promiseSignature,
  })
  .strict()
  .describe("InclusionPromise");

/** A promise about a block as `ReceiptBond` judges it, and what its holder checks. */
export const blockPromise = z
  .object({
    bond,
    promise: z
      .object({ blockNumber: index, pubdataHash: hash, anchorNumber: index, anchorHash: hash })
      .strict(),
    signature: promiseSignature,
    pubdata: z
      .string()
      .regex(/^0x(?:[0-9a-f]{2})*$/, "expected bytes as 0x-hex")
      .describe("PublicData"),
  })
  .strict()
  .describe("BlockPromise");

export const token = z
  .object({
    id: index,
    address: checkedAddress,
    symbol: z.string(),
    /** A byte of an ERC-20. */
    decimals: index.max(255),
    /** Whether blocks of every kind can move it; others need a `wide` one, which costs more. */
    isMain: z.boolean(),
    /** Value in wei of a whole token (10^decimals) for fees, as far as the operator knows it. */
    priceWei: quantity.optional(),
  })
  .describe("Token");

export const config = z
  .object({
    chainId: quantity,
    rollupAddress: checkedAddress,
    preset: z.enum(PRESET_NAMES),
    prover: z.string(),
    protocolDigest: hash,
    feeAccountId: index,
  })
  .describe("Config");

const feeCircumstances = {
  /** The account that signs. */
  account: accountReference.optional(),
  /** A transfer to an address without an account costs more. */
  recipient: addressInteger.optional(),
  /** The owner's consent to a ChangePubKey; default: the one that costs most. */
  authorization: z.enum(["eip712", "onchain", "create2"]).optional(),
};
export const feeOptions = z.object(feeCircumstances).strict().describe("FeeOptions");
export const feeRequest = z
  .object({
    type: transactionType,
    /** The moved token; default: the one that pays. */
    tokenId: tokenId.optional(),
    ...feeCircumstances,
  })
  .strict()
  .describe("FeeRequest");
/** `fee` is in the token's smallest unit and covers `costWei`; both are 0 where all is free. */
export const fee = z
  .object({
    tokenId: index,
    fee: quantity,
    costWei: z.object({
      commit: quantity,
      prove: quantity,
      execute: quantity,
      proof: quantity,
      total: quantity,
    }),
    /** Of L1, with which the costs are computed. */
    gasPriceWei: quantity,
    /** Unix seconds; none if the fee is accepted without a limit of time. */
    validUntil: index.optional(),
  })
  .describe("Fee");

const words = { code: z.string(), sentence: z.string(), fix: z.string() };

export const status = z
  .object({
    /** Whether the operator accepts transactions now. */
    accepting: z.boolean(),
    /** The reason why it does not. */
    obstacle: z.object(words).optional(),
    /** Number of the last block of each stage. */
    blocks: z.object({ sealed: index, committed: index, proven: index, executed: index }),
    /** Sealed blocks of each kind. */
    kinds: z.array(z.object({ kind: z.string(), blocks: index })),
  })
  .describe("Status");

const milliseconds = z.number().min(0);

export const proving = z
  .object({
    /** Name of the prover. */
    prover: z.string(),
    /** Proofs that it is asked for at a time. */
    capacity: index,
    /** Proofs that are being made, or wait in the prover; those of the lowest blocks first. */
    jobs: z.array(
      z.object({
        blockNumber: index,
        /** Milliseconds since the prover was asked. */
        askedMs: milliseconds,
        /** Milliseconds since somebody has begun; absent while nobody has. */
        startedMs: milliseconds.optional(),
      }),
    ),
    /** Workers of a farm that have answered since the node's start, the latest first. */
    workers: z
      .array(
        z.object({
          /** Fingerprint of the key that it signs its answers with; another one at each start. */
          id: z.string(),
          /** Right proofs, wrong ones, and jobs that it has failed. */
          proofs: index,
          wrong: index,
          failures: index,
          /** Whether its answers are still taken. */
          trusted: z.boolean(),
          /** Unix seconds of its last answer. */
          lastAnswer: quantity,
        }),
      )
      .optional(),
  })
  .describe("Proving");

export const account = z
  .object({
    id: index,
    address: checkedAddress,
    nonce: index,
    /** 0 while no signing key is set. */
    pubKeyHash: quantity,
    /** The balances that are not zero. */
    balances: z.array(z.object({ tokenId: index, amount: quantity })),
  })
  .describe("Account");

/** What an owner has set, and what may leave at present without the owner's signature. */
export const secondFactor = z
  .object({
    /** Of the next setting. */
    nonce: index,
    limits: z.array(z.object({ tokenId: index, limit: quantity, left: quantity })),
  })
  .describe("SecondFactor");

/** `limit` is for a day: with 0 everything needs the owner's signature, with null nothing does. */
export const secondFactorSetting = z
  .object({
    accountId: index,
    tokenId,
    limit: amount.nullable(),
    nonce: index,
    /** Last Unix second of L1 at which it is taken, at most a day from now. */
    validUntil: quantity,
    signature: ethereumSignature,
  })
  .strict()
  .describe("SecondFactorSetting");

const progress = {
  status: z.enum([...STAGES, "rejected"]),
  blockNumber: index.optional(),
  slotIndex: index.optional(),
  rejection: z.object(words).optional(),
};
export const transactionReceipt = z
  .object({
    type: transactionType,
    hash,
    accountId: index,
    nonce: index,
    ...progress,
  })
  .describe("TransactionReceipt");
/** The receipt of a submission, with the operator's promise if it makes one. */
export const acceptedReceipt = transactionReceipt
  .extend({ promise: inclusionPromise.optional() })
  .describe("AcceptedReceipt");
export const requestReceipt = z
  .object({
    type: z.enum(["deposit", "fullExit"]),
    requestId,
    ...progress,
    /** The block pays the deposit back on L1 instead of crediting it. */
    refunded: z.literal(true).optional(),
  })
  .describe("RequestReceipt");

/** `gasUsed` covers the whole transaction, which may carry several blocks. */
const l1Transaction = z
  .object({ hash, blockNumber: index, gasUsed: quantity, feeWei: quantity.optional() })
  .describe("L1Transaction");
export const block = z
  .object({
    blockNumber: index,
    status: z.enum(["sealed", "committed", "proven", "executed"]),
    /** Name of the block's kind, which its circuit has too: slots, tokens, levels. */
    kind: z.string(),
    timestamp: quantity,
    feeAccountId: index,
    oldStateRoot: quantity,
    newStateRoot: quantity,
    operations: z.array(z.enum(OPERATION_NAMES)),
    pubdataBytes: index.optional(),
    /** Wall time of witness and proof. */
    proofMs: z.number().optional(),
    commit: l1Transaction.optional(),
    prove: l1Transaction.optional(),
    execute: l1Transaction.optional(),
  })
  .describe("Block");

/** Accepted: of the operator; committed: of L1, without proof; finalized: executed on L1. */
export const stateName = z.enum(["accepted", "committed", "finalized"]).describe("StateName");

/** Items of a page at most, and by default. */
export const PAGE_ITEMS_MAX = 100;
export const PAGE_ITEMS_DEFAULT = 20;
/** `cursor`: `next` of the page before; none for the first page. */
export const pageOptions = z
  .object({
    cursor: z
      .string()
      .regex(/^[\w-]{1,80}$/, "expected the cursor of a page")
      .optional(),
    limit: z.number().int().min(1).max(PAGE_ITEMS_MAX).optional(),
  })
  .strict()
  .describe("PageOptions");

/** A part of a list; `next` is missing in the last. */
export function pageOf<T extends z.ZodTypeAny>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

/** A part of a list that reaches back in time. */
export function historyOf<T extends z.ZodTypeAny>(item: T) {
  return pageOf(item).extend({
    /** The first block that the list reaches; what came before is on L1 only. */
    firstBlock: index,
  });
}

/** Of pages that can be narrowed down: a page may have fewer items than `limit`, and a `next`. */
export const historyOptions = pageOptions
  .extend({ type: z.enum(OPERATION_NAMES).optional(), tokenId: index.optional() })
  .strict()
  .describe("HistoryOptions");

/** `data` has the fields of docs/pubdata.md, and for a signed one those of its signature. */
export const operation = z
  .object({
    slotIndex: index,
    type: z.enum(OPERATION_NAMES),
    /** Of a signed transaction. */
    hash: hash.optional(),
    /** Of a request from L1. */
    requestId: index.optional(),
    data: z.record(z.unknown()),
  })
  .describe("Operation");

/** Until it is committed, an operation may get another block, slot and time. */
export const accountTransaction = operation
  .extend({ blockNumber: index, status: z.enum(STAGES), timestamp: quantity })
  .describe("AccountTransaction");

export const transactionDetails = z
  .object({
    receipt: transactionReceipt,
    /** Hashes of all transactions of its batch, in order; its own alone if it was sent alone. */
    batch: z.array(hash),
    /** The signed transaction, while its block is in memory. */
    data: z.record(z.unknown()).optional(),
    /** What it is in its block. */
    operation: operation.optional(),
  })
  .describe("TransactionDetails");

export const l1Step = z
  .object({
    step: z.enum(["commit", "prove", "execute"]),
    transaction: l1Transaction,
    /** Numbers of its blocks. */
    blocks: z.array(index),
  })
  .describe("L1Step");
