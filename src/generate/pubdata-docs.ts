/** Renders docs/pubdata.md: the byte tables of the public data and of the signed messages. */
import * as constants from "../protocol/constants.ts";
import { type Column, FIELD_TYPE_BYTES, placeColumns } from "../protocol/layout.ts";
import {
  extensionColumns,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
} from "../operations/table.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { RECORD_BYTES, RECORD_COLUMNS } from "../protocol/columns.ts";
import {
  BLOCK_TOKENS,
  blockKindName,
  KIND_LEVELS_SHIFT_BITS,
  KIND_TOKENS_SHIFT_BITS,
} from "../protocol/kinds.ts";
import { accountCapacity, PRESETS, tokenCapacity } from "../protocol/presets.ts";
import { COMMITTED_INPUTS, HEADER_COLUMNS, PUBLIC_INPUTS } from "../protocol/public-inputs.ts";
import { markdownTable } from "./markdown.ts";
import { GENERATED_NOTICE, toPascal } from "./tables.ts";
import { MESSAGE_WORDS } from "../protocol/signing.ts";

function layoutTable(columns: readonly Column[]): string {
  return markdownTable(
    ["column", "type", "offset (bytes)", "bytes"],
    placeColumns(columns).map(({ name, type, offsetBytes, bytes }) => [
      `\`${name}\``,
      type,
      offsetBytes,
      bytes,
    ]),
  );
}

function operationRow(name: OperationName): (string | number)[] {
  const spec: OperationSpec = OPERATIONS[name];
  const record = Object.entries(spec.record).map(([column, own]) => `${column} = \`${own}\``);
  const extension = extensionColumns(name);
  const bytes = extension.reduce((sum, { type }) => sum + FIELD_TYPE_BYTES[type], 0);
  return [
    toPascal(name),
    spec.code,
    spec.origin,
    record.join(", ") || "zeros",
    extension.map((column) => `\`${column.name}\` ${FIELD_TYPE_BYTES[column.type]}`).join(", ") ||
      "none",
    RECORD_BYTES + (bytes > 0 ? constants.SLOT_INDEX_BYTES + bytes : 0),
  ];
}

const INTRODUCTION = `# Public data and signed messages

Everything needed to rebuild the state is published on L1 in this form. All integers are
big-endian. Offsets are computed from \`src/protocol\` and the specs of \`src/operations\`, from which
what circuits and contracts know of them is generated too ([operations](operations.md)).`;

const BLOCK_LAYOUT = `A block's public data is

1. the number of records, ${constants.RECORD_COUNT_BYTES} bytes (Noops at the end of the block are left out);
2. the records, ${RECORD_BYTES} bytes each;
3. for each slot whose operation has an extension, in ascending order: the slot index
   (${constants.SLOT_INDEX_BYTES} bytes) and the extension's columns.`;

const REQUESTS = `An operation of origin \`l1\` serves the next request of the priority queue: a FullExit one for a full
exit, a Deposit or a Refund one for a deposit, which it credits or pays back on L1.`;

const WORDS = `In the circuit, record i is the field element \`a_i\` (its bytes as one integer), and each slot has
two extension words, zero where the operation has no extension:

- \`e1 = op·2^${constants.EXTENSION_OP_SHIFT_BITS} + nonce·2^${constants.EXTENSION_NONCE_SHIFT_BITS} + address\`
- \`e2\` = the amount, or the public key hash

A block commits to the list

    ${COMMITTED_INPUTS.join(", ")}, a_0, …, a_{N-1}, e1_0, e2_0, e1_1, …, e2_{N-1}

which the circuit knows as private inputs, and L1 from its storage and the public data. \`digest\` is
a Poseidon chain over it (${constants.DIGEST_ARITY} inputs a step: the running hash and ${constants.DIGEST_ARITY - 1} elements). With
\`z = keccak256(abi.encode(keccak256(pubdata), kind, digest, oldStateRoot, newStateRoot, header)) mod r\`
both sides evaluate the list as a polynomial, \`y = Σ element_k · z^k mod r\`, the first element
constant. The circuit's list is fixed by \`digest\`, and L1's by the rest, before \`z\` is known; so if
\`y\` is the same the lists are, but for a chance of \`(3N + ${COMMITTED_INPUTS.length - 1})/r\` for every \`z\` that is tried.

\`kind\` is the id of the block's [kind](glossary.md), which is also the id of its verification key:
\`slots + 2^${KIND_LEVELS_SHIFT_BITS}·levels + 2^${KIND_TOKENS_SHIFT_BITS}·tokens\`, with tokens ${tokenCodes()}.
L1 reads only the slots N from it.`;

/** Describes the number of each choice of tokens in a kind's id. */
function tokenCodes(): string {
  return BLOCK_TOKENS.map((tokens, code) => `${code} for \`${tokens}\``).join(" and ");
}

function packedText(format: constants.PackedFormat): string {
  return `${format.mantissaBits} bits of mantissa, ${format.exponentBits} bits of exponent`;
}

const PACKED = `Packed amounts and fees are decimal floating point, \`mantissa · 10^exponent\`, the mantissa in the
high bits: amounts have ${packedText(constants.PACKED_AMOUNT)}, fees ${packedText(constants.PACKED_FEE)}.`;

const MESSAGE = `An L2 key signs \`Poseidon(domain, w1, w2, w3)\` with EdDSA-Poseidon on Baby Jubjub. The domain binds
chain id and rollup address. The recipient's address is signed, not its account id; a transfer to a
new account is signed as a transfer. Columns an operation does not use are zero. In a batch the other
transactions are signed along: see [batches](batches.md). The byte before each time is zero.`;

/** Renders `docs/pubdata.md`. */
export function renderPubdataDocs(): string {
  const sections = [
    `<!-- ${GENERATED_NOTICE} -->`,
    INTRODUCTION,
    "## A block",
    BLOCK_LAYOUT,
    "## Record",
    layoutTable(RECORD_COLUMNS),
    PACKED,
    "## Operations",
    markdownTable(
      ["operation", "code", "origin", "record columns", "extension (bytes)", "total bytes"],
      OPERATION_NAMES.map(operationRow),
    ),
    OPERATION_NAMES.map((name) => `- **${toPascal(name)}**: ${OPERATIONS[name].summary}`).join(
      "\n",
    ),
    REQUESTS,
    "## Field elements, digest and evaluation",
    WORDS,
    "## Public inputs of a block proof",
    PUBLIC_INPUTS.map((name, index) => `${index}. \`${name}\``).join("\n"),
    "The header, to which they commit, packs:",
    layoutTable(HEADER_COLUMNS),
    "## Signed message",
    MESSAGE,
    ...MESSAGE_WORDS.flatMap((word, index) => [`Word ${index + 1}:`, layoutTable(word)]),
    "## Presets",
    "A kind of blocks is named by its slots, tokens and levels of the state tree.",
    markdownTable(
      ["preset", "accounts", "tokens", "kinds of blocks", "fee tokens per block"],
      Object.values(PRESETS).map((preset) => [
        preset.name,
        accountCapacity(preset),
        tokenCapacity(preset),
        preset.blockKinds.map((kind) => `\`${blockKindName(kind)}\``).join(", "),
        preset.feeTokens,
      ]),
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}
