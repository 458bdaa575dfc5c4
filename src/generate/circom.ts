/** Renders the protocol's numbers as circom functions. */
import { poseidon } from "../crypto/poseidon.ts";
import * as constants from "../protocol/constants.ts";
import { OPERATION_NAMES } from "../operations/table.ts";
import { PRESETS } from "../protocol/presets.ts";
import { COMMITTED_INPUTS } from "../protocol/public-inputs.ts";
import * as render from "./tables.ts";

function circuitNumbers(): render.NamedNumber[] {
  const { PACKED_AMOUNT, PACKED_FEE, PACKED_BASE, DIGEST_ARITY, NONCE_MAX, TIMESTAMP_MAX } =
    constants;
  return [
    ...render.operationCodes(),
    ["OPERATION_COUNT", BigInt(OPERATION_NAMES.length)],
    ...render.wireWidths(),
    ["LEAF_KIND_ACCOUNT", BigInt(constants.LEAF_KIND.account)],
    ["PACKED_AMOUNT_MANTISSA_BITS", BigInt(PACKED_AMOUNT.mantissaBits)],
    ["PACKED_AMOUNT_EXPONENT_BITS", BigInt(PACKED_AMOUNT.exponentBits)],
    ["PACKED_FEE_MANTISSA_BITS", BigInt(PACKED_FEE.mantissaBits)],
    ["PACKED_FEE_EXPONENT_BITS", BigInt(PACKED_FEE.exponentBits)],
    ["PACKED_BASE", PACKED_BASE],
    ["DIGEST_ARITY", BigInt(DIGEST_ARITY)],
    ["COMMITTED_INPUTS", BigInt(COMMITTED_INPUTS.length)],
    ["NONCE_MAX", BigInt(NONCE_MAX)],
    ["TIMESTAMP_MAX", TIMESTAMP_MAX],
    ...render.metaShifts(),
    ...render.recordShifts(),
    ...render.headerShifts(),
    ...render.messageShifts(),
  ];
}

/** Computes the root of a tree whose leaves are all 0. */
function emptyTreeRoot(arity: number, levels: number): bigint {
  let root = 0n;
  for (let level = 0; level < levels; level++) root = poseidon(new Array(arity).fill(root));
  return root;
}

/** Renders `EMPTY_TREE_ROOT(arity, levels)` for the balance trees of all presets. */
function renderEmptyTreeRoots(): string {
  const cases = Object.values(PRESETS).map(({ treeArity, tokenTreeLevels }) => [
    `    if (arity == ${treeArity} && levels == ${tokenTreeLevels}) {`,
    `        return ${emptyTreeRoot(treeArity, tokenTreeLevels)};`,
    "    }",
  ]);
  return [
    "function EMPTY_TREE_ROOT(arity, levels) {",
    ...cases.flat(),
    "    assert(0); // no preset has this tree",
    "    return 0;",
    "}",
  ].join("\n");
}

/** Renders `circuits/generated/protocol.circom`. */
export function renderCircomConstants(): string {
  const functions = circuitNumbers().map(([name, value]) =>
    [`function ${name}() {`, `    return ${value};`, "}"].join("\n"),
  );
  return [
    `// ${render.GENERATED_NOTICE}`,
    "pragma circom 2.1.0;",
    "",
    ...functions,
    renderEmptyTreeRoots(),
    "",
  ].join("\n");
}
