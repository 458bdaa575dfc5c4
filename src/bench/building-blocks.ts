/** The templates of a block circuit, for counting their constraints one by one. */

import type { BlockKind } from "../protocol/kinds.ts";
import { type Preset, tailLevelsOf } from "../protocol/presets.ts";

/** A template with its parameters, and its file below `circuits/`. */
export interface BuildingBlock {
  readonly file: string;
  readonly instance: string;
}

/** Lists the templates of a preset's block circuits, from the smallest to a whole slot. */
export function buildingBlocks(preset: Preset): BuildingBlock[] {
  const { treeArity, stateTreeLevels, blockKinds } = preset;
  const poseidon = [2, 3, 4, 5, treeArity, 16].map((inputs) => ({
    file: "lib/poseidon.circom",
    instance: `Poseidon(${inputs})`,
  }));
  const blocks = [
    ...poseidon,
    { file: "lib/bits.circom", instance: "ToBits(128)" },
    { file: "lib/scalar-mul-fixed.circom", instance: "ScalarMulFixed()" },
    { file: "lib/scalar-mul-any.circom", instance: "ScalarMulAny()" },
    { file: "lib/eddsa.circom", instance: "EdDSAPoseidonVerifier()" },
    { file: "state/tree-path.circom", instance: `TreeNode(${treeArity}, 2)` },
    { file: "state/tree-path.circom", instance: `TreePath(${treeArity}, ${stateTreeLevels}, 2)` },
    { file: "state/leaf.circom", instance: "LeafHash()" },
    { file: "state/cells.circom", instance: "ReplaceCell()" },
    { file: "operations/authorization.circom", instance: "AuthorizeA()" },
    { file: "generated/operations.circom", instance: "OperationRules()" },
    ...blockKinds.flatMap((kind) => blocksOfKind(preset, kind)),
  ];
  return [...new Map(blocks.map((block) => [block.instance, block])).values()];
}

/** Lists the templates whose sizes depend on a block's kind; those of kinds can be the same. */
function blocksOfKind(preset: Preset, kind: BlockKind): BuildingBlock[] {
  const { levels } = kind;
  const tailLevels = tailLevelsOf(preset, kind);
  const sizes = `${levels}, ${tailLevels}`;
  return [
    { file: "state/balances.circom", instance: `UpdateBalance(${tailLevels})` },
    { file: "state/cells.circom", instance: `ReplaceLeaf(${levels})` },
    { file: "state/cells.circom", instance: `TopOfTree(${preset.stateTreeLevels - levels})` },
    { file: "block/slot.circom", instance: `DecodeColumns(${sizes})` },
    { file: "block/slot.circom", instance: `WriteHolding(${sizes})` },
    { file: "block/slot.circom", instance: `Slot(${sizes})` },
    { file: "block/fees.circom", instance: `FeeCredits(${preset.feeTokens}, ${sizes})` },
  ];
}

/** Renders a main component that consists of one building block. */
export function toMain({ file, instance }: BuildingBlock): { name: string; source: string } {
  return {
    name: instance.replace(/\W+/g, "-").replace(/-$/, ""),
    source: `pragma circom 2.2.0;\ninclude "${file}";\ncomponent main = ${instance};\n`,
  };
}
