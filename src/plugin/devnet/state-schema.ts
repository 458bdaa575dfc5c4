/** What a file with the state of a devnet contains. It comes from anybody, so all is bounded. */
import { z } from "zod";

/** Blocks of one run, and seconds between two of them, at most: as much as `hardhat_mine` takes. */
const RUN_MAX = 2 ** 32;
/** Blocks in runs that are mined one by one, over the whole file. */
export const SINGLE_BLOCKS_MAX = 5_000_000;
/** Characters of a transaction or of an account's code, far above what L1 accepts. */
const DATA_LENGTH_MAX = 2 ** 22;
/** Gas of one transaction or block: a few minutes of computing. */
const GAS_DIGITS_MAX = 9;

const data = z
  .string()
  .max(DATA_LENGTH_MAX)
  .regex(/^0x[0-9a-f]*$/);
const quantity = z.string().regex(/^0x(0|[1-9a-f][0-9a-f]{0,63})$/);
const gas = z.string().regex(new RegExp(`^0x(0|[1-9a-f][0-9a-f]{0,${GAS_DIGITS_MAX - 1}})$`));
const address = z.string().regex(/^0x[0-9a-f]{40}$/i);
const word = z.string().regex(/^0x[0-9a-f]{64}$/);
const count = z.number().int().nonnegative().safe();

/** A transaction of a sender without a key, by impersonation. */
const unsignedSchema = z
  .object({
    from: address,
    to: address.optional(),
    nonce: quantity,
    gas,
    value: quantity,
    data,
    gasPrice: quantity.optional(),
    maxFeePerGas: quantity.optional(),
    maxPriorityFeePerGas: quantity.optional(),
    accessList: z
      .array(z.object({ address, storageKeys: z.array(word) }).strict())
      .max(DATA_LENGTH_MAX)
      .optional(),
  })
  .strict();

const transactionSchema = z.union([data, unsignedSchema]);

/** A call that has changed an account outside of any block, with its parameters. */
const changeSchema = z.union([
  z.tuple([z.enum(["hardhat_setBalance", "hardhat_setNonce"]), z.tuple([address, quantity])]),
  z.tuple([z.literal("hardhat_setCode"), z.tuple([address, data])]),
  z.tuple([z.literal("hardhat_setStorageAt"), z.tuple([address, quantity, word])]),
]);

const runSchema = z
  .object({
    count: count.min(1).max(RUN_MAX),
    /** Seconds between two blocks. */
    interval: count.min(0).max(RUN_MAX),
    /** Whether one call of `hardhat_mine` has made them, most of them without computing any. */
    isReserved: z.literal(true).optional(),
  })
  .strict();

const blockSchema = z
  .object({
    /** Unix seconds. */
    timestamp: count,
    /** Of the block, or of the last one of `then`. */
    hash: word,
    changes: z.array(changeSchema).optional(),
    transactions: z.array(transactionSchema).optional(),
    /** What does not follow from the blocks before. */
    mixHash: word.optional(),
    baseFeePerGas: quantity.optional(),
    miner: address.optional(),
    gasLimit: gas.optional(),
    /** Empty blocks after it, in which everything follows from those before. */
    then: runSchema.optional(),
  })
  .strict();

/** The block on which everything is replayed: the first one of the chain. */
const baseSchema = z
  .object({
    number: count,
    hash: word,
    timestamp: count,
    stateRoot: word,
    gasLimit: gas,
    baseFeePerGas: quantity.optional(),
    miner: address,
  })
  .strict();

export const l1StateSchema = z
  .object({
    chainId: count,
    base: baseSchema,
    blocks: z.array(blockSchema),
    /** After the last block. */
    changes: z.array(changeSchema),
    /** Transactions that wait for a block. */
    pending: z.array(transactionSchema),
    isAutomining: z.boolean(),
  })
  .strict()
  .refine(({ blocks }) => singleBlocks(blocks) <= SINGLE_BLOCKS_MAX, {
    message: `more than ${SINGLE_BLOCKS_MAX} blocks`,
  });

function singleBlocks(blocks: readonly z.infer<typeof blockSchema>[]): number {
  let sum = blocks.length;
  for (const { then } of blocks) if (then?.isReserved !== true) sum += then?.count ?? 0;
  return sum;
}

const identitySchema = z
  .object({
    preset: z.string().max(100),
    "block kinds": z.string().max(10_000),
    prover: z.enum(["mock", "real"]),
    protocol: z.string().max(100),
    "key digest": z.string().max(100),
  })
  .strict();

const ledgerSchema = z.array(
  z
    .object({ kind: z.enum(["head", "pages", "block", "open", "receipts"]), data: z.string() })
    .strict(),
);

export const stateSchema = z
  .object({
    /** What the config must have too, by the words that people read. */
    identity: identitySchema,
    /** Version of Hardhat that has written it. */
    hardhat: z.string().max(100),
    l1: l1StateSchema,
    rollup: z
      .object({
        rollupAddress: address,
        deploymentBlock: count,
        bondAddress: address,
        /** Version of the rules that the ledger follows. */
        rules: count,
        ledger: ledgerSchema,
      })
      .strict(),
  })
  .strict();

export type L1Transaction = z.infer<typeof transactionSchema>;
export type UnsignedTransaction = z.infer<typeof unsignedSchema>;
export type AccountChange = z.infer<typeof changeSchema>;
export type L1Block = z.infer<typeof blockSchema>;
export type L1Base = z.infer<typeof baseSchema>;
export type L1State = z.infer<typeof l1StateSchema>;
export type StateIdentity = z.infer<typeof identitySchema>;
/** All that a devnet is saved as. */
export type DevnetState = z.infer<typeof stateSchema>;
