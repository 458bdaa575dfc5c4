/** Mines the blocks of a file again: each must get the hash that it had. */
import { reasonOf } from "../../l1/refusals.ts";
import { hardhatVersion } from "../package-root.ts";
import { devnetError } from "./errors.ts";
import { readBase } from "./l1-blocks.ts";
import type { L1Node } from "./l1-node.ts";
import { type RpcBlock, toQuantity } from "./l1-node.ts";
import { BLOB_TRANSACTION } from "./recording.ts";
import type { AccountChange, L1Base, L1Block, L1State, L1Transaction } from "./state-schema.ts";

/** Takes the progress of a replay: blocks that are mined, of how many. */
export type ReplayProgress = (mined: number, total: number) => void;

/** What a replay needs beside L1 and its blocks. */
export interface ReplayOptions {
  /** For messages. */
  readonly file: string;
  /** Version of Hardhat that has written the file, for messages. */
  readonly hardhat: string;
  readonly onProgress?: ReplayProgress | undefined;
}

/** Blocks of a run between two reports of the progress. */
const REPORT_BLOCKS = 1_000;

/**
 * Replays the L1 of a file on a chain that has just begun.
 *
 * @throws DEVNET_STATE_MISMATCH if the chain begins with another block, DEVNET_REPLAY_DIFFERS if a
 * block comes out differently
 */
export async function replayL1(l1: L1Node, state: L1State, options: ReplayOptions): Promise<void> {
  const base = await readBase(l1, await l1.number());
  assertSameBase(state, base, Number(await l1.call("eth_chainId")), options.file);
  await l1.call("evm_setAutomine", false);
  const replay = new Replay(l1, state, options);
  for (const block of state.blocks) await replay.mine(block);
  await replay.finish();
  await l1.call("evm_setAutomine", state.isAutomining);
}

/** @throws DEVNET_STATE_MISMATCH */
function assertSameBase(state: L1State, base: L1Base, chainId: number, file: string): void {
  const kept = { "chain id": state.chainId, ...state.base };
  const actual: Readonly<Record<string, unknown>> = { "chain id": chainId, ...base };
  const differences = Object.entries(kept)
    .filter(([name, value]) => actual[name] !== value)
    .map(
      ([name, value]) => `its first block has ${name} ${value}, and not ${String(actual[name])}`,
    );
  if (differences.length === 0) return;
  throw devnetError({ code: "DEVNET_STATE_MISMATCH", file, differences: differences.join("; ") });
}

function isBlobTransaction(transaction: L1Transaction): boolean {
  return typeof transaction === "string" && transaction.startsWith(BLOB_TRANSACTION);
}

class Replay {
  readonly #l1: L1Node;
  readonly #state: L1State;
  readonly #options: ReplayOptions;
  readonly #total: number;
  #number: number;
  #mined = 0;

  constructor(l1: L1Node, state: L1State, options: ReplayOptions) {
    this.#l1 = l1;
    this.#state = state;
    this.#options = options;
    this.#number = state.base.number;
    this.#total = state.blocks.reduce((sum, { then }) => sum + 1 + (then?.count ?? 0), 0);
  }

  /** Mines a block and its run. @throws DEVNET_REPLAY_DIFFERS */
  async mine(block: L1Block): Promise<void> {
    this.#number++;
    try {
      await this.#prepare(block);
      if (block.then?.isReserved === true) {
        await this.#mineReserved(block.transactions ?? [], block.then);
      } else await this.#mineEach(block);
    } catch (cause) {
      throw this.#differs(`L1 refuses it: ${reasonOf(cause)}`, cause);
    }
    const { hash, number } = (await this.#l1.call(
      "eth_getBlockByNumber",
      "latest",
      false,
    )) as RpcBlock;
    if (Number(number) !== this.#number) throw this.#differs(`L1 has mined ${Number(number)}`);
    if (hash !== block.hash) throw this.#differs(`its hash is ${hash}, and not ${block.hash}`);
    this.#report(1);
  }

  async #prepare(block: L1Block): Promise<void> {
    const { mixHash, baseFeePerGas, miner, gasLimit } = block;
    await this.#change(block.changes ?? []);
    if (miner !== undefined) await this.#l1.call("hardhat_setCoinbase", miner);
    if (gasLimit !== undefined) await this.#l1.call("evm_setBlockGasLimit", gasLimit);
    if (mixHash !== undefined) await this.#l1.call("hardhat_setPrevRandao", mixHash);
    if (baseFeePerGas !== undefined) {
      await this.#l1.call("hardhat_setNextBlockBaseFeePerGas", baseFeePerGas);
    }
    await this.#l1.call("evm_setNextBlockTimestamp", toQuantity(block.timestamp));
  }

  async #mineReserved(
    transactions: readonly L1Transaction[],
    { count, interval }: NonNullable<L1Block["then"]>,
  ): Promise<void> {
    for (const transaction of transactions) await this.#send(transaction);
    await this.#l1.call("hardhat_mine", toQuantity(count + 1), toQuantity(interval));
    this.#number += count;
    this.#report(count);
  }

  async #mineEach({ timestamp, transactions = [], then }: L1Block): Promise<void> {
    await this.#mineOne(transactions);
    if (then === undefined) return;
    for (let index = 1; index <= then.count; index++) {
      const time = timestamp + index * then.interval;
      await this.#l1.call("evm_setNextBlockTimestamp", toQuantity(time));
      await this.#l1.call("evm_mine");
      this.#number++;
      if (index % REPORT_BLOCKS === 0) this.#report(REPORT_BLOCKS);
    }
    this.#report(then.count % REPORT_BLOCKS);
  }

  async #mineOne(transactions: readonly L1Transaction[]): Promise<void> {
    // Hardhat takes a transaction with blobs only if it can mine it at once, alone in its block.
    const hasBlobs = transactions.some(isBlobTransaction);
    if (hasBlobs) await this.#l1.call("evm_setAutomine", true);
    for (const transaction of transactions) await this.#send(transaction);
    if (hasBlobs) await this.#l1.call("evm_setAutomine", false);
    else await this.#l1.call("evm_mine");
  }

  /** What has happened after the last block. @throws DEVNET_REPLAY_DIFFERS */
  async finish(): Promise<void> {
    try {
      await this.#change(this.#state.changes);
      for (const transaction of this.#state.pending) await this.#send(transaction);
    } catch (cause) {
      throw this.#differs(`L1 refuses what comes after it: ${reasonOf(cause)}`, cause);
    }
  }

  async #change(changes: readonly AccountChange[]): Promise<void> {
    for (const [method, params] of changes) await this.#l1.call(method, ...params);
  }

  async #send(transaction: L1Transaction): Promise<void> {
    if (typeof transaction === "string") {
      await this.#l1.call("eth_sendRawTransaction", transaction);
      return;
    }
    await this.#l1.call("hardhat_impersonateAccount", transaction.from);
    await this.#l1.call("eth_sendTransaction", { ...transaction });
    await this.#l1.call("hardhat_stopImpersonatingAccount", transaction.from);
  }

  #report(count: number): void {
    this.#mined += count;
    this.#options.onProgress?.(this.#mined, this.#total);
  }

  #differs(reason: string, cause?: unknown) {
    const { file, hardhat: kept } = this.#options;
    const facts = { file, blockNumber: this.#number, reason, kept, used: hardhatVersion() };
    return devnetError({ code: "DEVNET_REPLAY_DIFFERS", ...facts }, { cause });
  }
}
