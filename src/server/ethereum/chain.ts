/** Blocks and states of an operator, of any age, by the names that Ethereum tools have for them. */
import { rpcError } from "../../api/errors.ts";
import type { BlockId, BlockTag } from "../../api/ethereum-methods.ts";
import type { PastOperation } from "../../operator/history.ts";
import type { Item } from "../../operator/ledger/sequence.ts";
import { summarizeBlock, type BlockSummary } from "../../operator/ledger/summary.ts";
import type { Operator } from "../../operator/operator.ts";
import type { Operation } from "../../operations/operation.ts";
import { blockKindName } from "../../protocol/kinds.ts";
import type { RollupState } from "../../state/rollup-state.ts";
import { nameOf } from "../slots.ts";
import { blockHash, blockNumberIn } from "./names.ts";

/** An operation with the name that it has in its block. */
export type PlacedOperation = Pick<
  PastOperation,
  "slotIndex" | "type" | "hash" | "requestId" | "fields"
>;

/** What a block shows. */
export interface ChainBlock {
  readonly blockNumber: number;
  /** Undefined for the open block. */
  readonly hash?: string;
  readonly parentHash: string;
  /** Undefined for the open block. */
  readonly stateRoot?: bigint;
  /** Unix seconds. */
  readonly timestamp: bigint;
  /** uint160. */
  readonly feeAccountAddress: bigint;
  /** How many operations its kind takes; of the open block, how many it has. */
  readonly slots: number;
  readonly pubdataBytes: number;
  /** In the order of their slots, without padding. */
  readonly operations: readonly PlacedOperation[];
}

const NO_PARENT = `0x${"0".repeat(64)}`;

export class Chain {
  readonly #operator: Operator;

  constructor(operator: Operator) {
    this.#operator = operator;
  }

  /** See `signingDomain`. */
  get domain(): bigint {
    return this.#operator.checkpoint().domain;
  }

  /** Number of the last sealed block; 0 before the first. */
  get latest(): number {
    const { start, blocks } = this.#operator.checkpoint();
    return start.storedBlock.blockNumber + blocks.length;
  }

  addressOf(accountId: number): bigint {
    return this.#operator.state.account(accountId).address;
  }

  /** @returns Undefined if the block is not known. */
  async find(id: BlockId): Promise<ChainBlock | undefined> {
    if (id === "pending") return this.#openBlock();
    const blockNumber = await this.#numberOf(id);
    const block = blockNumber === undefined ? undefined : await this.findNumber(blockNumber);
    return typeof id === "object" && block?.hash !== id.hash ? undefined : block;
  }

  /** @returns Undefined if the block is not sealed, or older than the store. */
  async findNumber(blockNumber: number): Promise<ChainBlock | undefined> {
    if (blockNumber === 0) return this.#genesis();
    const before = await this.#timestampOf(blockNumber - 1);
    const record = this.#operator.block(blockNumber);
    if (record !== undefined) {
      const { applied, items } = record;
      const operations = place(applied.block.operations, items);
      return this.#toBlock(summarizeBlock(record), operations, before);
    }
    const summary = await this.#operator.findBlock(blockNumber);
    if (summary === undefined) return undefined;
    return this.#toBlock(summary, await this.#operator.pastOperations(blockNumber), before);
  }

  /** Time of a block, Unix seconds; 0 of genesis, and of what is older than the store. */
  async #timestampOf(blockNumber: number): Promise<bigint> {
    if (blockNumber <= 0) return 0n;
    const { storedBlock } = this.#operator.checkpoint().start;
    if (storedBlock.blockNumber === blockNumber) return storedBlock.timestamp;
    const known = this.#operator.block(blockNumber)?.applied.block;
    return (known ?? (await this.#operator.findBlock(blockNumber)))?.timestamp ?? 0n;
  }

  /** The open block if it has this number, or else as {@link findNumber}. */
  async findOpenOrSealed(blockNumber: number): Promise<ChainBlock | undefined> {
    return blockNumber === this.latest + 1 ? this.#openBlock() : this.findNumber(blockNumber);
  }

  /** @throws RPC_STATE_NOT_KEPT */
  async stateAt(id: BlockId): Promise<RollupState> {
    const operator = this.#operator;
    if (id === "pending") return operator.state;
    const blockNumber = await this.#numberOf(id);
    const { start } = operator.checkpoint();
    const first = start.storedBlock.blockNumber;
    const block = blockNumber === undefined ? undefined : operator.block(blockNumber);
    const state = blockNumber === first ? start.state : block?.applied.state;
    const isMeant =
      typeof id !== "object" ||
      (state !== undefined &&
        blockHash(this.domain, {
          blockNumber: blockNumber!,
          stateRoot: state.root,
          timestamp: await this.#timestampOf(blockNumber!),
        }) === id.hash);
    if (state !== undefined && isMeant) return state;
    const named = typeof id === "object" ? id.hash : String(blockNumber ?? id);
    throw rpcError({ code: "RPC_STATE_NOT_KEPT", block: named, first, last: this.latest });
  }

  /** Number of the block that is meant; `pending` is the last sealed one. */
  async numberOfSealed(id: BlockTag | number): Promise<number> {
    return id === "pending" ? this.latest : (await this.#numberOf(id))!;
  }

  /** @returns Undefined for a hash that no block has. */
  async #numberOf(id: Exclude<BlockId, "pending">): Promise<number | undefined> {
    if (typeof id === "number") return id;
    if (typeof id === "object") return blockNumberIn(id.hash);
    const { committed, executed } = this.#operator.progress;
    if (id === "latest") return this.latest;
    if (id === "safe") return committed;
    if (id === "finalized") return executed;
    const first = await this.#operator.firstBlock();
    return first === 1 ? 0 : first;
  }

  /** @param before - Time of the block before. */
  #toBlock(
    summary: BlockSummary,
    operations: readonly PlacedOperation[],
    before: bigint,
  ): ChainBlock {
    const { blockNumber, oldStateRoot, newStateRoot, timestamp, feeAccountId } = summary;
    const { pubdataBytes = 0 } = summary;
    const kinds = this.#operator.preset.blockKinds;
    const kind = kinds.find((known) => blockKindName(known) === summary.kind);
    const shown = operations.filter(({ type }) => type !== "noop");
    return {
      blockNumber,
      hash: blockHash(this.domain, { blockNumber, stateRoot: newStateRoot, timestamp }),
      parentHash: blockHash(this.domain, {
        blockNumber: blockNumber - 1,
        stateRoot: oldStateRoot,
        timestamp: before,
      }),
      stateRoot: newStateRoot,
      timestamp,
      feeAccountAddress: this.addressOf(feeAccountId),
      slots: kind?.slots ?? shown.length,
      pubdataBytes,
      operations: shown,
    };
  }

  async #openBlock(): Promise<ChainBlock> {
    const { open, start, blocks } = this.#operator.checkpoint();
    const { blockNumber, timestamp, feeAccountId } = open.block.header;
    const { root } = blocks.at(-1)?.applied.state ?? start.state;
    const before = await this.#timestampOf(blockNumber - 1);
    const operations = place(
      open.block.slots.map(({ operation }) => operation),
      open.items,
    );
    return {
      blockNumber,
      parentHash: blockHash(this.domain, {
        blockNumber: blockNumber - 1,
        stateRoot: root,
        timestamp: before,
      }),
      timestamp,
      feeAccountAddress: this.addressOf(feeAccountId),
      slots: operations.length,
      pubdataBytes: 0,
      operations,
    };
  }

  /** The state before block 1, as a block without operations. */
  async #genesis(): Promise<ChainBlock | undefined> {
    const { start } = this.#operator.checkpoint();
    const isStart = start.storedBlock.blockNumber === 0;
    const first = isStart ? undefined : await this.#operator.findBlock(1);
    const stateRoot = isStart ? start.storedBlock.stateRoot : first?.oldStateRoot;
    if (stateRoot === undefined) return undefined;
    return {
      blockNumber: 0,
      hash: blockHash(this.domain, { blockNumber: 0, stateRoot, timestamp: 0n }),
      parentHash: NO_PARENT,
      stateRoot,
      timestamp: 0n,
      feeAccountAddress: this.addressOf(0),
      slots: 0,
      pubdataBytes: 0,
      operations: [],
    };
  }
}

function place(operations: readonly Operation[], items: readonly Item[]): PlacedOperation[] {
  return operations.map((operation, slotIndex) => {
    const { type, ...fields } = operation;
    return { slotIndex, type, ...nameOf(items[slotIndex]), fields };
  });
}
