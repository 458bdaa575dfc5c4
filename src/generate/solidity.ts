/** Renders the protocol's numbers and the pubdata readers in Solidity. */
import * as constants from "../protocol/constants.ts";
import {
  PROTOCOL_DIGEST,
  extensionColumns,
  OPERATION_NAMES,
  OPERATIONS,
  type OperationName,
} from "../operations/table.ts";
import { type Column, FIELD_TYPE_BYTES, type FieldType, layoutBytes } from "../protocol/layout.ts";
import * as render from "./tables.ts";
import {
  EXTENSION_COLUMNS,
  type ExtensionColumn,
  RECORD_COLUMNS,
  type RecordColumn,
} from "../protocol/columns.ts";
import type { OperationSpec } from "../operations/definition.ts";
import { KIND_LEVELS_SHIFT_BITS, MAIN_TOKENS, TAILS, TREE_ARITY } from "../protocol/kinds.ts";
import { LEAF_WORDS } from "../protocol/leaf.ts";
import { EXIT_KEY_ID } from "../protocol/public-inputs.ts";
import { DOMAIN_TAG } from "../protocol/signing.ts";

const HEAD = [
  "// SPDX-License-Identifier: MIT",
  `// ${render.GENERATED_NOTICE}`,
  "pragma solidity ^0.8.24;",
  "",
];

const SOLIDITY_TYPES: { readonly [T in FieldType]: string } = {
  opCode: "uint8",
  accountId: "uint32",
  tokenId: "uint16",
  packedAmount: "uint40",
  packedFee: "uint16",
  amount: "uint128",
  nonce: "uint32",
  address: "address",
  timestamp: "uint64",
  blockNumber: "uint32",
  field: "uint256",
};

function contractNumbers(): render.NamedNumber[] {
  return [
    ["FIELD_MODULUS", constants.FIELD_MODULUS],
    ...render.operationCodes(),
    ["OP_COUNT", BigInt(OPERATION_NAMES.length)],
    ...render.wireWidths(),
    ["RECORD_COUNT_BYTES", BigInt(constants.RECORD_COUNT_BYTES)],
    ["SLOT_INDEX_BYTES", BigInt(constants.SLOT_INDEX_BYTES)],
    ["ETH_TOKEN_ID", BigInt(constants.ETH_TOKEN_ID)],
    ["DEPOSIT_AMOUNT_MAX", constants.DEPOSIT_AMOUNT_MAX],
    ["TIMESTAMP_LAG_MAX_SECONDS", BigInt(constants.TIMESTAMP_LAG_MAX_SECONDS)],
    ["TIMESTAMP_LEAD_MAX_SECONDS", BigInt(constants.TIMESTAMP_LEAD_MAX_SECONDS)],
    ["EXIT_KEY_ID", BigInt(EXIT_KEY_ID)],
    ["TREE_ARITY", BigInt(TREE_ARITY)],
    ["KIND_SLOTS_MASK", BigInt(2 ** KIND_LEVELS_SHIFT_BITS - 1)],
    ["MAIN_TOKENS", BigInt(MAIN_TOKENS)],
    ["TAILS", BigInt(TAILS)],
    ["LEAF_WORDS", BigInt(LEAF_WORDS)],
    ...render.extensionShifts(),
    ...render.recordShifts(),
    ...render.headerShifts(),
  ];
}

/** Renders `contracts/generated/ProtocolConstants.sol`. */
export function renderSolidityConstants(): string {
  return [
    ...HEAD,
    "/// @title Numbers of the protocol that no preset changes",
    "library ProtocolConstants {",
    `    bytes32 internal constant PROTOCOL_DIGEST = ${PROTOCOL_DIGEST};`,
    `    bytes32 internal constant DOMAIN_TAG_HASH = keccak256(bytes("${DOMAIN_TAG}"));`,
    ...contractNumbers().map(
      ([name, value]) => `    uint256 internal constant ${name} = ${value};`,
    ),
    "}",
    "",
  ].join("\n");
}

/** Lists the filled columns of an operation, under its own names, with the code to read each. */
function structFields(name: OperationName): { column: Column; expression: string }[] {
  const spec: OperationSpec = OPERATIONS[name];
  const fromRecord = RECORD_COLUMNS.flatMap(({ name: column, type }) => {
    const own = spec.record[column as RecordColumn];
    if (own === undefined) return [];
    const shift = `ProtocolConstants.RECORD_${render.toUpperSnake(column)}_SHIFT_BITS`;
    return [{ column: { name: own, type }, expression: readBits("record", shift, type) }];
  });
  const fromExtension = EXTENSION_COLUMNS.flatMap((column) => {
    const own = spec.extension[column];
    return own === undefined ? [] : [{ column: own, expression: readWord(column, own.type) }];
  });
  return [...fromRecord, ...fromExtension];
}

/** Renders the low bits of `word >> shift`, cast to the column's Solidity type. */
function readBits(word: string, shift: string, type: FieldType): string {
  const bits = 8 * FIELD_TYPE_BYTES[type];
  const shifted = shift === "" ? word : `${word} >> ${shift}`;
  if (type === "address") return `address(uint160(${shifted}))`;
  return SOLIDITY_TYPES[type] === `uint${bits}`
    ? `${SOLIDITY_TYPES[type]}(${shifted})`
    : `${SOLIDITY_TYPES[type]}(uint${bits}(${shifted}))`;
}

function readWord(column: ExtensionColumn, type: FieldType): string {
  if (column === "value") return type === "field" ? "e2" : readBits("e2", "", type);
  const shift = column === "nonce" ? "ProtocolConstants.EXTENSION_NONCE_SHIFT_BITS" : "";
  return readBits("e1", shift, type);
}

function renderStruct(name: OperationName): string[] {
  return [
    `    struct ${render.toPascal(name)} {`,
    ...structFields(name).map(
      ({ column }) => `        ${SOLIDITY_TYPES[column.type]} ${column.name};`,
    ),
    "    }",
    "",
  ];
}

/** Returns the words that the reader of an operation takes. */
function readerWords(name: OperationName): string[] {
  const { value }: OperationSpec["extension"] = OPERATIONS[name].extension;
  if (extensionColumns(name).length === 0) return ["record"];
  return value === undefined ? ["record", "e1"] : ["record", "e1", "e2"];
}

function renderReader(name: OperationName): string[] {
  const type = render.toPascal(name);
  const words = readerWords(name);
  const hasExtension = words.length > 1;
  const parameters = words.map((word) => `uint256 ${word}`).join(", ");
  return [
    `    /// @notice Reads a ${type} from its record${hasExtension ? " and extension words" : ""}.`,
    `    function read${type}(${parameters}) internal pure returns (${type} memory operation) {`,
    ...structFields(name).map(
      ({ column, expression }) => `        operation.${column.name} = ${expression};`,
    ),
    "    }",
    "",
  ];
}

/** Renders `contracts/mocks/OperationReaders.sol`, which lets tests call the readers. */
export function renderOperationReaders(): string {
  const readers = OPERATION_NAMES.filter((name) => OPERATIONS[name].origin !== "padding").map(
    (name) => {
      const type = render.toPascal(name);
      const words = readerWords(name);
      return [
        `    function read${type}(${words.map((word) => `uint256 ${word}`).join(", ")})`,
        `        external pure returns (PubdataReader.${type} memory) {`,
        `        return PubdataReader.read${type}(${words.join(", ")});`,
        "    }",
        "",
      ].join("\n");
    },
  );
  return [
    ...HEAD,
    'import {PubdataReader} from "../generated/PubdataReader.sol";',
    "",
    "/// @title Shows tests what the contracts read of each operation",
    "abstract contract OperationReaders {",
    ...readers,
    "}",
    "",
  ].join("\n");
}

/** Groups operations whose extensions have the same wire layout. */
function groupByExtension(names: readonly OperationName[]): OperationName[][] {
  const layoutOf = (name: OperationName) => {
    const { extension }: OperationSpec = OPERATIONS[name];
    return EXTENSION_COLUMNS.map((column) => extension[column]?.type).join();
  };
  const layouts = [...new Set(names.map(layoutOf))];
  return layouts.map((layout) => names.filter((name) => layoutOf(name) === layout));
}

/** Renders a branch of `readExtension`: reads the wire columns of operations into `e1` and `e2`. */
function renderExtensionCase(names: readonly OperationName[]): string[] {
  const name = names[0]!;
  const columns = extensionColumns(name);
  const spec: OperationSpec = OPERATIONS[name];
  const lines: string[] = [];
  let offset = 0;
  for (const column of EXTENSION_COLUMNS) {
    const own = spec.extension[column];
    if (own === undefined) continue;
    const bytes = FIELD_TYPE_BYTES[own.type];
    const from = offset === 0 ? "offsetBytes" : `offsetBytes + ${offset}`;
    const read = `_load(pubdata, ${from}, ${bytes})`;
    if (column === "value") lines.push(`            e2 = ${read};`);
    else if (column === "nonce") {
      lines.push(`            e1 |= ${read} << ProtocolConstants.EXTENSION_NONCE_SHIFT_BITS;`);
    } else lines.push(`            e1 |= ${read};`);
    if (own.type === "field") lines.push("            _requireCanonical(e2);");
    offset += bytes;
  }
  const conditions = names.map((each) => `op == ProtocolConstants.OP_${render.toUpperSnake(each)}`);
  return [
    `        if (${conditions.join(" || ")}) {`,
    `            endBytes = _end(pubdata, offsetBytes, ${layoutBytes(columns)});`,
    ...lines,
    "            return (e1, e2, endBytes);",
    "        }",
  ];
}

const READ_RECORD = `    /// @notice Reads record \`index\` as the field element a_index (16 bytes, big-endian).
    /// @dev The caller has checked that \`pubdata\` holds more than \`index\` records.
    function readRecord(
        bytes calldata pubdata,
        uint256 index
    ) internal pure returns (uint256 record) {
        record = _load(
            pubdata,
            ProtocolConstants.RECORD_COUNT_BYTES + index * ProtocolConstants.RECORD_BYTES,
            ProtocolConstants.RECORD_BYTES
        );
    }

    /// @notice Operation code of a record.
    function opOf(uint256 record) internal pure returns (uint256) {
        return record >> ProtocolConstants.RECORD_OP_SHIFT_BITS;
    }
`;

const LOAD_HELPERS = `    /// @dev The integer in \`length\` bytes (at most 32) from \`offsetBytes\` on; the caller checks bounds.
    function _load(
        bytes calldata pubdata,
        uint256 offsetBytes,
        uint256 length
    ) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, length)), calldataload(add(pubdata.offset, offsetBytes)))
        }
    }

    function _end(
        bytes calldata pubdata,
        uint256 offsetBytes,
        uint256 length
    ) private pure returns (uint256 endBytes) {
        endBytes = offsetBytes + length;
        if (endBytes > pubdata.length) revert PubdataTooShort(endBytes, pubdata.length);
    }

    function _requireCanonical(uint256 value) private pure {
        if (value >= ProtocolConstants.FIELD_MODULUS) revert NonCanonicalField(value);
    }`;

/** Renders `contracts/generated/PubdataReader.sol`. */
export function renderPubdataReader(): string {
  const operations = OPERATION_NAMES.filter((name) => OPERATIONS[name].origin !== "padding");
  const extended = operations.filter((name) => extensionColumns(name).length > 0);
  return [
    ...HEAD,
    'import {ProtocolConstants} from "./ProtocolConstants.sol";',
    "",
    "/// @title Reads the operations of a block's public data",
    "/// @dev Layouts: docs/pubdata.md. An operation's extension is two field elements:",
    "/// e1 = op·2^192 + nonce·2^160 + address, e2 = amount or public key hash.",
    "library PubdataReader {",
    "    error PubdataTooShort(uint256 neededBytes, uint256 actualBytes);",
    "    error NonCanonicalField(uint256 value);",
    "    error OperationHasNoExtension(uint256 op);",
    "",
    ...operations.flatMap(renderStruct),
    READ_RECORD,
    "    /// @notice Reads the extension columns of an operation into its two field elements.",
    "    /// @param op Operation code of the record in the extension's slot.",
    "    /// @param offsetBytes Where the columns start in `pubdata`, behind the slot index.",
    "    /// @return e1 First extension word, never zero.",
    "    /// @return e2 Second extension word.",
    "    /// @return endBytes First byte behind the extension.",
    "    function readExtension(",
    "        uint256 op,",
    "        bytes calldata pubdata,",
    "        uint256 offsetBytes",
    "    ) internal pure returns (uint256 e1, uint256 e2, uint256 endBytes) {",
    "        e1 = op << ProtocolConstants.EXTENSION_OP_SHIFT_BITS;",
    ...groupByExtension(extended).flatMap(renderExtensionCase),
    "        revert OperationHasNoExtension(op);",
    "    }",
    "",
    ...operations.flatMap(renderReader),
    LOAD_HELPERS,
    "}",
    "",
  ].join("\n");
}
