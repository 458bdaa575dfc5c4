/**
 * The history of a rollup on an L1 in memory: random blocks are committed, proven, executed and
 * reverted, and L1 has reorgs.
 */
import { ZeroHash } from "ethers";
import { type AppliedBlock, applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import type { BlockRange } from "../../src/l1/events.ts";
import { hashStoredBlock, toStoredBlock } from "../../src/l1/stored-block.ts";
import type {
  BlockEvent,
  Dated,
  L1BlockId,
  L1Genesis,
  L1Progress,
  StoredBlock,
} from "../../src/l1/types.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../../src/protocol/presets.ts";
import type { RestoreSource } from "../../src/restore/source.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { createWorld, randomBlock, type World } from "./random-block.ts";
import type { Random } from "./random.ts";

/** A committed block; a faulty one has a wrong state root. */
interface KnownBlock {
  readonly storedBlock: StoredBlock;
  readonly state: RollupState;
  readonly isFaulty: boolean;
}

/** A block of L1 with its events, and the rollup after it. */
interface L1Block {
  readonly id: L1BlockId;
  readonly events: readonly BlockEvent[];
  readonly blocks: readonly KnownBlock[];
  readonly proven: number;
  readonly executed: number;
}

export class FakeHistory implements RestoreSource {
  readonly chainId = 31337n;
  readonly rollupAddress = toChecksumAddress(0x1234567890abcdefn);
  readonly genesisState: RollupState;
  readonly #genesisBlock: StoredBlock;
  readonly #world: World;
  readonly #random: Random;
  #l1: L1Block[];

  constructor(preset: Preset, random: Random) {
    this.#random = random;
    this.#world = createWorld(random, preset);
    const feeAccountAddress = this.#world.actors[0]!.address;
    this.genesisState = createGenesisState(preset, { feeAccountAddress });
    this.#genesisBlock = {
      blockNumber: 0,
      priorityRequests: 0,
      timestamp: 0n,
      payoutsHash: ZeroHash,
      stateRoot: this.genesisState.root,
      commitment: ZeroHash,
    };
    this.#l1 = [];
    for (let i = 0; i < 2; i++) this.#mine([], { blocks: [], proven: 0, executed: 0 });
  }

  // ------------------------------------------------------------------------- what tests may do

  /** The current rollup. */
  get current(): L1Block {
    return this.#l1.at(-1)!;
  }

  /** State after the last executed block. */
  get executedState(): RollupState {
    const { blocks, executed } = this.current;
    return blocks[executed - 1]?.state ?? this.genesisState;
  }

  /** Mines an L1 block with blocks of the rollup in it. */
  commit(count: number, options: { isFaulty?: boolean } = {}): void {
    const { isFaulty = false } = options;
    const events: BlockEvent[] = [];
    const blocks = [...this.current.blocks];
    for (let i = 0; i < count; i++) {
      const { event, known } = this.#createBlock(blocks.at(-1), blocks.length + 1, isFaulty);
      events.push(event);
      blocks.push(known);
    }
    this.#mine(events, { ...this.current, blocks });
  }

  /** Proves up to `count` blocks; faulty ones have no proof. */
  prove(count: number): void {
    const { blocks, proven } = this.current;
    const firstFaulty = blocks.findIndex(({ isFaulty }) => isFaulty);
    const provable = firstFaulty < 0 ? blocks.length : firstFaulty;
    const next = Math.min(proven + count, provable);
    const events: BlockEvent[] = next > proven ? [{ type: "proven", provenBlocks: next }] : [];
    this.#mine(events, { ...this.current, proven: next });
  }

  /** Executes up to `count` proven blocks. */
  execute(count: number): void {
    const { proven, executed } = this.current;
    const next = Math.min(executed + count, proven);
    this.#mine(executedEvents(executed, next), { ...this.current, executed: next });
  }

  /** Reverts up to `count` blocks that are not executed. */
  revert(count: number): void {
    const { blocks, proven, executed } = this.current;
    const committedBlocks = Math.max(blocks.length - count, executed);
    this.#mine([{ type: "reverted", committedBlocks }], {
      blocks: blocks.slice(0, committedBlocks),
      proven: Math.min(proven, committedBlocks),
      executed,
    });
  }

  /** Mines an L1 block without events. */
  idle(): void {
    this.#mine([], this.current);
  }

  /** Makes a reorg of the last `count` L1 blocks, except those of the rollup's deployment. */
  reorg(count: number): void {
    this.#l1 = this.#l1.slice(0, Math.max(2, this.#l1.length - count));
    this.idle();
  }

  /** Does one random action of the above. */
  doAnything(): void {
    const count = 1 + this.#random.int(3);
    const isHeldUp = this.current.blocks.some(({ isFaulty }) => isFaulty);
    const actions = [
      () => (isHeldUp ? this.revert(3) : this.commit(count)),
      () => (isHeldUp ? this.revert(3) : this.commit(count)),
      () => this.prove(count),
      () => this.prove(count),
      () => this.execute(count),
      () => this.execute(count),
      () => this.idle(),
      () => this.revert(count),
      () => this.commit(1, { isFaulty: true }),
      () => this.reorg(count),
    ];
    this.#random.pick(actions)();
  }

  // --------------------------------------------------------------------------------- the source

  readGenesis(): Promise<L1Genesis> {
    const { preset } = this.genesisState;
    return Promise.resolve({
      storedBlock: this.#genesisBlock,
      feeAccountAddress: this.#world.actors[0]!.address,
      accountCapacity: accountCapacity(preset),
      tokenCapacity: tokenCapacity(preset),
      l1Block: this.#l1[1]!.id,
    });
  }

  readHistory({ fromBlock, toBlock }: BlockRange): Promise<Dated[]> {
    const range = this.#l1.slice(fromBlock, toBlock + 1);
    return Promise.resolve(
      range.flatMap(({ id, events }) => events.map((event) => ({ l1Block: id, event }))),
    );
  }

  latestBlock(): Promise<L1BlockId> {
    return Promise.resolve(this.current.id);
  }

  blockHash(l1BlockNumber: number): Promise<string | undefined> {
    return Promise.resolve(this.#l1[l1BlockNumber]?.id.hash);
  }

  storedBlockHash(blockNumber: number): Promise<string> {
    const stored = this.current.blocks[blockNumber - 1]?.storedBlock;
    const known = blockNumber === 0 ? this.#genesisBlock : stored;
    return Promise.resolve(known === undefined ? ZeroHash : hashStoredBlock(known));
  }

  readProgress(fromBlockNumber: number, l1BlockNumber: number): Promise<L1Progress> {
    const { blocks, proven, executed } = this.#l1[l1BlockNumber]!;
    const firstBlockNumber = Math.min(fromBlockNumber, executed + 1);
    const stored = [this.#genesisBlock, ...blocks.map(({ storedBlock }) => storedBlock)];
    const storedBlockHashes = stored.slice(firstBlockNumber).map(hashStoredBlock);
    const committed = blocks.length;
    return Promise.resolve({ committed, proven, executed, firstBlockNumber, storedBlockHashes });
  }

  readFirstOpenRequest(l1BlockNumber: number): Promise<number> {
    const { blocks, executed } = this.#l1[l1BlockNumber]!;
    const served = blocks.slice(0, executed).map(({ storedBlock }) => storedBlock.priorityRequests);
    return Promise.resolve(served.reduce((sum, count) => sum + count, 0));
  }

  // --------------------------------------------------------------------------------------------

  #mine(
    events: readonly BlockEvent[],
    { blocks, proven, executed }: Pick<L1Block, "blocks" | "proven" | "executed">,
  ): void {
    const hash = `0x${Buffer.from(this.#random.bytes(32)).toString("hex")}`;
    const id = { number: this.#l1.length, hash };
    this.#l1.push({ id, events, blocks, proven, executed });
  }

  #createBlock(parent: KnownBlock | undefined, blockNumber: number, isFaulty: boolean) {
    const before = parent?.state ?? this.genesisState;
    const parentBlock = parent?.storedBlock ?? this.#genesisBlock;
    const header = { blockNumber, timestamp: 1000n, feeAccountId: 0 };
    const block = randomBlock(this.#world, before, { header });
    const applied: AppliedBlock = applyBlock(before, block, this.#world.domain);
    const commitment = commitBlock(applied, this.#world.domain);
    const honest = toStoredBlock(applied, commitment, parentBlock.commitment);
    const storedBlock = isFaulty ? { ...honest, stateRoot: honest.stateRoot ^ 1n } : honest;
    const { timestamp, feeAccountId } = block;
    const { digest, pubdata } = commitment;
    const event: BlockEvent = {
      type: "committed",
      storedBlock,
      commitBlock: {
        timestamp,
        feeAccountId,
        kind: blockKindId(block.kind),
        newStateRoot: storedBlock.stateRoot,
        digest,
        pubdata,
        authorizations: [],
      },
    };
    return { event, known: { storedBlock, state: applied.state, isFaulty } };
  }
}

function executedEvents(from: number, to: number): BlockEvent[] {
  const type = "executed";
  return Array.from({ length: to - from }, (_, index) => ({ type, blockNumber: from + index + 1 }));
}
