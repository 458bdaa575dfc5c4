/** Gives hostile blocks to the circuit, and restores those that it accepts. */
import { applyPublicBlock } from "../../src/block/block.ts";
import { decodePubdata } from "../../src/block/pubdata.ts";
import type { Circuit } from "../../src/circom/circuit.ts";
import type { OperationName } from "../../src/operations/table.ts";
import type { BlockKind } from "../../src/protocol/kinds.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import type { RollupState } from "../../src/state/rollup-state.ts";
import { assert, isRollupError } from "../../src/util/errors.ts";
import type { DishonestBlock } from "./dishonest-input.ts";
import { commitHostileBlock, createHostileWorld, hostileBlock } from "./hostile-block.ts";
import type { Random } from "./random.ts";

/** Number of consecutive blocks before a new state is created. */
const BLOCKS_PER_WORLD = 4;

export interface HostileRun {
  /** Blocks that the circuit accepts and that a restore applies with the same state. */
  readonly provable: number;
  readonly refused: number;
  /** Operations of the provable blocks. */
  readonly seen: ReadonlySet<OperationName>;
}

/**
 * Runs until `blocks` blocks were provable.
 *
 * @throws Error with the block if a restore differs from the circuit.
 */
export async function runHostileBlocks(
  circuit: Circuit,
  random: Random,
  { preset, kind, blocks }: { preset: Preset; kind: BlockKind; blocks: number },
): Promise<HostileRun> {
  const seen = new Set<OperationName>();
  let [provable, refused] = [0, 0];
  while (provable < blocks) {
    const world = createHostileWorld(random, preset, kind);
    let { state } = world;
    for (let count = 0; count < BLOCKS_PER_WORLD && provable < blocks; count++) {
      const claim = hostileBlock(world, state, { kind });
      const after = await restoreIfProvable(circuit, claim);
      if (after === undefined) refused++;
      else {
        state = after;
        provable++;
        for (const { type } of claim.block.operations) seen.add(type);
      }
    }
    assert(refused < 20 + 2 * provable, "most hostile blocks are provable");
  }
  return { provable, refused, seen };
}

/**
 * Restores a block from its public data if the circuit accepts it.
 *
 * @returns The state after the block; undefined if the circuit refuses it.
 */
export async function restoreIfProvable(
  circuit: Circuit,
  claim: DishonestBlock,
): Promise<RollupState | undefined> {
  const { input, pubdata } = commitHostileBlock(claim);
  if (!(await isProvable(circuit, input))) return undefined;
  const { operations: signed, ...header } = claim.block;
  try {
    const block = { ...header, operations: decodePubdata(pubdata) };
    const { state } = applyPublicBlock(claim.state, block);
    assert(state.root === input.newStateRoot, "a restore has the state root of the circuit");
    return state;
  } catch (cause) {
    const replacer = (_: string, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value;
    const what = JSON.stringify({ header, signed }, replacer);
    throw new Error(`The circuit accepts a block that a restore refuses: ${what}`, { cause });
  }
}

async function isProvable(
  circuit: Circuit,
  input: ReturnType<typeof commitHostileBlock>["input"],
): Promise<boolean> {
  try {
    const witness = await circuit.calculateWitness(input);
    return circuit.checkWitness(witness) === null;
  } catch (error) {
    if (isRollupError(error) && error.code === "CIRCUIT_ASSERT_FAILED") return false;
    throw error;
  }
}
