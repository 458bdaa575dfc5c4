/** Writes the protocol's numbers as circom functions. */
import * as constants from "./constants.ts";
import * as render from "./render.ts";

function circuitNumbers(): render.NamedNumber[] {
  const { PACKED_AMOUNT, PACKED_FEE, PACKED_BASE, DIGEST_ARITY, NONCE_MAX, TIMESTAMP_MAX } =
    constants;
  return [
    ...render.operationCodes(),
    ...render.wireWidths(),
    ["LEAF_KIND_ACCOUNT", BigInt(constants.LEAF_KIND.account)],
    ["PACKED_AMOUNT_MANTISSA_BITS", BigInt(PACKED_AMOUNT.mantissaBits)],
    ["PACKED_AMOUNT_EXPONENT_BITS", BigInt(PACKED_AMOUNT.exponentBits)],
    ["PACKED_FEE_MANTISSA_BITS", BigInt(PACKED_FEE.mantissaBits)],
    ["PACKED_FEE_EXPONENT_BITS", BigInt(PACKED_FEE.exponentBits)],
    ["PACKED_BASE", PACKED_BASE],
    ["DIGEST_ARITY", BigInt(DIGEST_ARITY)],
    ["NONCE_MAX", BigInt(NONCE_MAX)],
    ["TIMESTAMP_MAX", TIMESTAMP_MAX],
    ...render.metaShifts(),
    ...render.recordShifts(),
    ...render.headerShifts(),
    ...render.messageShifts(),
  ];
}

/** Text of `circuits/generated/protocol.circom`. */
export function renderCircomConstants(): string {
  const functions = circuitNumbers().map(([name, value]) =>
    [`function ${name}() {`, `    return ${value};`, "}"].join("\n"),
  );
  return [`// ${render.GENERATED_NOTICE}`, "pragma circom 2.1.0;", "", ...functions, ""].join("\n");
}
