/** Renders the protocol's numbers as circom functions. */
import * as constants from "../protocol/constants.ts";
import { OPERATION_NAMES } from "../operations/table.ts";
import { CELL_LEVELS, MAIN_TOKENS, TAILS, TREE_ARITY } from "../protocol/kinds.ts";
import { COMMITTED_INPUTS } from "../protocol/public-inputs.ts";
import * as render from "./tables.ts";

function circuitNumbers(): render.NamedNumber[] {
  const { PACKED_AMOUNT, PACKED_FEE, PACKED_BASE, DIGEST_ARITY, NONCE_MAX, TIMESTAMP_MAX } =
    constants;
  return [
    ...render.operationCodes(),
    ["OPERATION_COUNT", BigInt(OPERATION_NAMES.length)],
    ...render.wireWidths(),
    ["TREE_ARITY", BigInt(TREE_ARITY)],
    ["CELL_LEVELS", BigInt(CELL_LEVELS)],
    ["MAIN_TOKENS", BigInt(MAIN_TOKENS)],
    ["TAILS", BigInt(TAILS)],
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
    ...render.extensionShifts(),
    ...render.recordShifts(),
    ...render.headerShifts(),
    ...render.messageShifts(),
  ];
}

/** Renders `circuits/generated/protocol.circom`. */
export function renderCircomConstants(): string {
  const functions = circuitNumbers().map(([name, value]) =>
    [`function ${name}() {`, `    return ${value};`, "}"].join("\n"),
  );
  return [`// ${render.GENERATED_NOTICE}`, "pragma circom 2.1.0;", "", ...functions, ""].join("\n");
}
