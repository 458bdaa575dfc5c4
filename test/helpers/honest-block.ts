/** Valid blocks of one type of operation, with the input of their circuit. */
import { expect } from "chai";
import { type AppliedBlock, applyBlock } from "../../src/block/block.ts";
import { commitBlock } from "../../src/block/commitment.ts";
import { type BlockWitnessInput, createBlockWitnessInput } from "../../src/block/witness-input.ts";
import type { OperationName } from "../../src/operations/table.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { wholeKind } from "./kinds.ts";
import { createWorld, randomBlock } from "./random-block.ts";
import type { Random } from "./random.ts";

/**
 * Creates a random block with operations of the given type.
 *
 * @param kind - Default: the one that holds every account and token.
 */
export function honestBlock(
  random: Random,
  preset: Preset,
  type: OperationName,
  kind = wholeKind(preset),
): { readonly applied: AppliedBlock; readonly input: BlockWitnessInput } {
  const world = createWorld(random, preset, kind);
  const block = randomBlock(world, world.state, { kind, types: [type] });
  const applied = applyBlock(world.state, block, world.domain);
  expect(applied.slots[0]!.operation.type).to.equal(type);
  const input = createBlockWitnessInput(applied, commitBlock(applied, world.domain));
  return { applied, input };
}
