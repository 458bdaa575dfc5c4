/** Writes the blocks of L1 down so that they can be mined again, as short as they allow. */
import { keccak256, Signature, Transaction, type TransactionLike } from "ethers";
import { devnetError } from "./errors.ts";
import type { L1Node } from "./l1-node.ts";
import { type RpcBlock, type RpcTransaction, toQuantity } from "./l1-node.ts";
import type { L1Recording } from "./recording.ts";
import type {
  AccountChange,
  L1Base,
  L1Block,
  L1State,
  L1Transaction,
  UnsignedTransaction,
} from "./state-schema.ts";

const ZERO_ADDRESS = `0x${"00".repeat(20)}`;
const ZERO_WORD = `0x${"00".repeat(32)}`;
/** Of the blocks that `hardhat_mine` makes up when somebody asks for them. */
const RESERVED_GAS_LIMIT = "0xf4240";
/** The base fee changes by an eighth at most, at twice the target (EIP-1559). */
const BASE_FEE_DENOMINATOR = 8n;
const ELASTICITY = 2n;

const END_READS_MAX = 1_000;

/** A block beside its header. */
interface Step {
  readonly header: RpcBlock;
  readonly block: L1Block;
}

/** What blocks follow from. */
interface Before {
  /** The block before. */
  readonly parent: RpcBlock;
  /** The last one that was mined, and not made up. */
  readonly mined: RpcBlock;
}

/** Returns what is kept of the block on which a chain begins. */
export async function readBase(l1: L1Node, number: number): Promise<L1Base> {
  const { hash, timestamp, stateRoot, gasLimit, baseFeePerGas, miner } = await l1.block(number);
  return {
    number,
    hash,
    timestamp: Number(timestamp),
    stateRoot,
    gasLimit,
    ...(baseFeePerGas !== undefined && { baseFeePerGas }),
    miner,
  };
}

/** Reads what waits for the block after the last one, although blocks may come by themselves. */
async function readEnd(l1: L1Node): Promise<{ last: number; pending: readonly RpcTransaction[] }> {
  for (let attempt = 0; attempt < END_READS_MAX; attempt++) {
    const last = await l1.number();
    const pending = (await l1.call("eth_pendingTransactions")) as readonly RpcTransaction[];
    if ((await l1.number()) === last) return { last, pending };
  }
  throw notSavable("L1 mines too fast to be read");
}

/**
 * Reads all blocks after a base, and what waits for the next one. Blocks after those are left out.
 *
 * @throws DEVNET_NOT_SAVABLE
 */
export async function readL1State(
  l1: L1Node,
  base: L1Base,
  recording: L1Recording,
): Promise<L1State> {
  if (recording.isIncomplete) throw notSavable("more was changed than is kept in memory");
  const { last, pending } = await readEnd(l1);
  const reader = new BlockReader(l1, recording, await l1.block(base.number));
  for (let number = base.number + 1; number <= last;) number = await reader.readFrom(number);
  return {
    chainId: Number(await l1.call("eth_chainId")),
    base,
    blocks: joinRuns(reader.steps),
    changes: reader.changes.get(last) ?? [],
    pending: pending.map((transaction) => toTransaction(transaction, recording)),
    isAutomining: (await l1.call("hardhat_getAutomine")) === true,
  };
}

class BlockReader {
  readonly steps: Step[] = [];
  readonly changes: ReadonlyMap<number, AccountChange[]>;
  readonly #l1: L1Node;
  readonly #recording: L1Recording;
  #before: Before;

  constructor(l1: L1Node, recording: L1Recording, base: RpcBlock) {
    this.#l1 = l1;
    this.#recording = recording;
    this.changes = groupChanges(recording);
    this.#before = { parent: base, mined: base };
  }

  /** Reads a block, or all that were made up at once. @returns The next number. */
  async readFrom(number: number): Promise<number> {
    const header = await this.#l1.block(number);
    if (isReserved(header)) return this.#readReserved(header);
    const changes = this.changes.get(number - 1) ?? [];
    const transactions = header.transactions.map((transaction) =>
      toTransaction(transaction, this.#recording),
    );
    const block = {
      timestamp: Number(header.timestamp),
      hash: header.hash,
      ...(changes.length > 0 && { changes }),
      ...(transactions.length > 0 && { transactions }),
      ...chosenFields(header, this.#before),
    };
    this.steps.push({ header, block });
    this.#before = { parent: header, mined: header };
    return number + 1;
  }

  /**
   * `hardhat_mine` mines a block, an empty one, makes up all others but the last, and mines that:
   * the first of them gets the rest.
   */
  async #readReserved(first: RpcBlock): Promise<number> {
    const start = Number(first.number);
    const last = await this.#findEnd(start);
    const [empty, beginning] = [this.steps.pop(), this.steps.pop()];
    if (empty === undefined || beginning === undefined) throw notSavable(`block ${start} is new`);
    const header = await this.#l1.block(last + 1);
    const interval = Number(first.timestamp) - Number(empty.header.timestamp);
    const then = { count: last - start + 3, interval, isReserved: true as const };
    this.steps.push({ header, block: { ...beginning.block, hash: header.hash, then } });
    this.#before = { parent: header, mined: header };
    return last + 2;
  }

  /** @returns Number of the last block that was made up together with this one. */
  async #findEnd(start: number): Promise<number> {
    const range = this.#recording.mined.find(({ first, last }) => first <= start && start < last);
    if (range !== undefined) {
      const ends = await Promise.all([this.#l1.block(range.last - 1), this.#l1.block(range.last)]);
      if (isReserved(ends[0]) && !isReserved(ends[1])) return range.last - 1;
    }
    let end = start;
    while (isReserved(await this.#l1.block(end + 1))) end++;
    return end;
  }
}

function isReserved({ miner, mixHash, gasLimit, parentBeaconBlockRoot }: RpcBlock): boolean {
  return (
    miner === ZERO_ADDRESS &&
    mixHash === ZERO_WORD &&
    gasLimit === RESERVED_GAS_LIMIT &&
    (parentBeaconBlockRoot ?? ZERO_WORD) === ZERO_WORD
  );
}

/** Fields that somebody has set, so that they do not follow from the blocks before. */
function chosenFields(
  { mixHash, baseFeePerGas, miner, gasLimit }: RpcBlock,
  { parent, mined }: Before,
): Partial<L1Block> {
  return {
    ...(mixHash !== keccak256(mined.mixHash) && { mixHash }),
    ...(baseFeePerGas !== undefined &&
      BigInt(baseFeePerGas) !== nextBaseFee(parent) && { baseFeePerGas }),
    ...(miner !== mined.miner && { miner }),
    ...(gasLimit !== mined.gasLimit && { gasLimit }),
  };
}

function nextBaseFee({ baseFeePerGas, gasUsed, gasLimit }: RpcBlock): bigint {
  const fee = BigInt(baseFeePerGas ?? 0);
  const target = BigInt(gasLimit) / ELASTICITY;
  const distance = BigInt(gasUsed) - target;
  if (distance === 0n || target === 0n) return fee;
  const size = distance < 0n ? -distance : distance;
  const change = (fee * size) / target / BASE_FEE_DENOMINATOR;
  if (distance < 0n) return fee - change;
  return fee + (change > 1n ? change : 1n);
}

/** Joins each block with the empty ones after it, at equal times, that follow from it. */
function joinRuns(steps: readonly Step[]): L1Block[] {
  const blocks: L1Block[] = [];
  let lastTimestamp = 0;
  for (const { header, block } of steps) {
    const previous = blocks.at(-1);
    const interval = Number(header.timestamp) - lastTimestamp;
    lastTimestamp = Number(header.timestamp);
    const count = previous === undefined ? undefined : runWith(previous, block, interval);
    if (count === undefined) blocks.push(block);
    else blocks[blocks.length - 1] = { ...previous!, hash: block.hash, then: { count, interval } };
  }
  return blocks;
}

/** @returns Length of the run with one block more; undefined if it does not belong to it. */
function runWith({ then }: L1Block, block: L1Block, interval: number): number | undefined {
  const isPlain = Object.keys(block).length === 2; // its time and hash
  if (!isPlain || then?.isReserved === true) return undefined;
  if (then !== undefined && then.interval !== interval) return undefined;
  return (then?.count ?? 0) + 1;
}

/** What was changed between blocks, by the number of the block before. */
function groupChanges({ changes }: L1Recording): ReadonlyMap<number, AccountChange[]> {
  const groups = new Map<number, AccountChange[]>();
  for (const { after, method, params } of changes) {
    const group = groups.get(after) ?? [];
    group.push(toChange(method, params as readonly string[]));
    groups.set(after, group);
  }
  return groups;
}

/** Writes the parameters that L1 has accepted in one form. */
function toChange(method: string, [address, ...values]: readonly string[]): AccountChange {
  const texts = values.map((value) => value.toLowerCase());
  const isCode = method === "hardhat_setCode";
  // A storage slot is a number, its content 32 bytes.
  const params = texts.map((text, index) =>
    isCode || index === 1 ? text : toQuantity(BigInt(text)),
  );
  return [method, [address!.toLowerCase(), ...params]] as AccountChange;
}

// ------------------------------------------------------------------------------- transactions

/** @throws DEVNET_NOT_SAVABLE if its blobs are not known */
function toTransaction(transaction: RpcTransaction, { blobs }: L1Recording): L1Transaction {
  const { hash } = transaction;
  const withBlobs = blobs.get(hash);
  if (withBlobs !== undefined) return withBlobs.toLowerCase();
  if (transaction.type === "0x3") throw notSavable(`the blobs of ${hash} are not known`);
  return signedAgain(transaction) ?? toUnsigned(transaction);
}

/** @returns Undefined if nobody has signed it, as after `hardhat_impersonateAccount`. */
function signedAgain(transaction: RpcTransaction): string | undefined {
  if (isUnsigned(transaction)) return undefined;
  try {
    const signed = Transaction.from(toSigned(transaction));
    return signed.hash === transaction.hash ? signed.serialized : undefined;
  } catch {
    return undefined;
  }
}

/** L1 writes the sender's address in place of a signature that it cannot make. */
function isUnsigned({ from, r, s }: RpcTransaction): boolean {
  return BigInt(r) === BigInt(from) && BigInt(s) === BigInt(from);
}

function toSigned(transaction: RpcTransaction): TransactionLike {
  const { to, input, nonce, value, chainId, accessList, authorizationList } = transaction;
  const { v, r, s } = transaction;
  const type = Number(transaction.type ?? 0);
  return {
    type,
    to,
    data: input,
    nonce: Number(nonce),
    gasLimit: transaction.gas,
    value,
    ...(chainId !== undefined && { chainId }),
    ...(type < 2 && { gasPrice: transaction.gasPrice ?? null }),
    ...(type >= 2 && {
      maxFeePerGas: transaction.maxFeePerGas ?? null,
      maxPriorityFeePerGas: transaction.maxPriorityFeePerGas ?? null,
    }),
    ...(type > 0 && { accessList: [...(accessList ?? [])] }),
    ...(authorizationList && {
      authorizationList: authorizationList.map(({ address, yParity, ...signed }) => ({
        address,
        nonce: BigInt(signed.nonce),
        chainId: BigInt(signed.chainId),
        signature: Signature.from({
          r: word(signed.r),
          s: word(signed.s),
          v: 27 + Number(yParity),
        }),
      })),
    }),
    signature: { r: word(r), s: word(s), v: type === 0 ? v : 27 + Number(v) },
  };
}

function word(quantity: string): string {
  return `0x${quantity.slice(2).padStart(64, "0")}`;
}

function toUnsigned(transaction: RpcTransaction): UnsignedTransaction {
  const { from, to, nonce, gas, value, input, type, accessList } = transaction;
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const isFixed = Number(type ?? 0) < 2;
  return {
    from,
    ...(to !== null && { to }),
    nonce,
    gas,
    value,
    data: input,
    ...(isFixed ? { gasPrice } : { maxFeePerGas, maxPriorityFeePerGas }),
    ...(Number(type ?? 0) > 0 && {
      accessList: (accessList ?? []).map(({ address, storageKeys }) => ({ address, storageKeys })),
    }),
  };
}

function notSavable(reason: string) {
  return devnetError({ code: "DEVNET_NOT_SAVABLE", reason });
}
