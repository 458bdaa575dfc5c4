/**
 * Renders `contracts/generated/SignedOperations.sol`: what the signer of an operation has signed,
 * as far as public data has it.
 */
import type { OperationSpec } from "../operations/definition.ts";
import {
  ACCOUNT_ID_BYTES,
  PACKED_AMOUNT,
  PACKED_AMOUNT_BYTES,
  PACKED_BASE,
  TOKEN_ID_BYTES,
} from "../protocol/constants.ts";
import { OPERATIONS_NOTICE, toUpperSnake } from "./tables.ts";

const HEAD = `// SPDX-License-Identifier: MIT
// ${OPERATIONS_NOTICE}
pragma solidity ^0.8.24;

import {ProtocolConstants} from "./ProtocolConstants.sol";
import {PubdataReader} from "./PubdataReader.sol";

/// @title What the signer of an operation has signed, as far as public data has it
/// @dev A set of operations is a number with a bit for each code.
library SignedOperations {
`;

const BODY = `
    /// @notice Account A of a record.
    function accountA(uint256 record) internal pure returns (uint32) {
        return uint${8 * ACCOUNT_ID_BYTES}(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS);
    }

    /// @notice Account B of a record.
    function accountB(uint256 record) internal pure returns (uint32) {
        return uint${8 * ACCOUNT_ID_BYTES}(record >> ProtocolConstants.RECORD_ACCOUNT_B_SHIFT_BITS);
    }

    /// @notice Token of a record.
    function tokenOf(uint256 record) internal pure returns (uint256) {
        return uint${8 * TOKEN_ID_BYTES}(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
    }

    /// @notice Whether an operation is signed by account A, whose nonce it increments.
    function isSigned(uint256 record) internal pure returns (bool) {
        return _isIn(SIGNED, record);
    }

    /// @notice Amount that is signed, 0 if none is.
    /// @param record Record of the operation.
    /// @param e2 Second word of its extension, 0 if it has none.
    function amountOf(uint256 record, uint256 e2) internal pure returns (uint256) {
        if (_isIn(AMOUNT_IN_EXTENSION, record)) return e2;
        if (!_isIn(AMOUNT_IN_RECORD, record)) return 0;
        uint256 packed = uint${8 * PACKED_AMOUNT_BYTES}(record >> ProtocolConstants.RECORD_AMOUNT_SHIFT_BITS);
        return (packed >> EXPONENT_BITS) * PACKED_BASE ** (packed & ((1 << EXPONENT_BITS) - 1));
    }

    /// @notice Whether the recipient that is signed is the owner of account B.
    function paysOwnerOfB(uint256 record) internal pure returns (bool) {
        return _isIn(RECIPIENT_OWNS_B, record);
    }

    /// @notice Recipient that is signed, 0 if none is, or if it is the owner of B.
    /// @param record Record of the operation.
    /// @param e1 First word of its extension, 0 if it has none.
    function recipientOf(uint256 record, uint256 e1) internal pure returns (address) {
        return _isIn(RECIPIENT_IN_EXTENSION, record) ? address(uint160(e1)) : address(0);
    }

    function _isIn(uint256 set, uint256 record) private pure returns (bool) {
        return (set >> PubdataReader.opOf(record)) & 1 == 1;
    }
`;

/** Renders the file. @param specs - Specs of all operations, in the order of their codes. */
export function renderSignedOperations(specs: readonly OperationSpec[]): string {
  const signed = specs.filter(({ origin }) => origin === "l2");
  const signs = (column: "amount" | "recipient") =>
    signed.filter(({ message }) => message!.columns.includes(column));
  const isPaidB = ({ extension }: OperationSpec) => extension.address === undefined;
  return [
    HEAD,
    `    uint256 private constant EXPONENT_BITS = ${PACKED_AMOUNT.exponentBits};`,
    `    uint256 private constant PACKED_BASE = ${PACKED_BASE};`,
    renderSet("SIGNED", signed),
    renderSet(
      "AMOUNT_IN_RECORD",
      signs("amount").filter(({ record }) => record.amount !== undefined),
    ),
    renderSet(
      "AMOUNT_IN_EXTENSION",
      signs("amount").filter(({ record }) => record.amount === undefined),
    ),
    renderSet("RECIPIENT_OWNS_B", signs("recipient").filter(isPaidB)),
    renderSet(
      "RECIPIENT_IN_EXTENSION",
      signs("recipient").filter((spec) => !isPaidB(spec)),
    ),
    BODY,
    ...renderSignedOp(specs),
    "}",
    "",
  ].join("\n");
}

function constantOf(name: string): string {
  return `ProtocolConstants.OP_${toUpperSnake(name)}`;
}

function renderSet(set: string, specs: readonly OperationSpec[]): string {
  const bits = specs.map(({ name }) => `(1 << ${constantOf(name)})`);
  return `    uint256 private constant ${set} = ${bits.join(" | ") || "0"};`;
}

/** Renders the function that maps an operation to the code under which it is signed. */
function renderSignedOp(specs: readonly OperationSpec[]): string[] {
  const others = specs.filter(({ name, message }) => message && message.type !== name);
  return [
    "    /// @notice Code under which an operation is signed.",
    "    function signedOp(uint256 record) internal pure returns (uint256 op) {",
    "        op = PubdataReader.opOf(record);",
    ...others.map(
      ({ name, message }) =>
        `        if (op == ${constantOf(name)}) return ${constantOf(message!.type)};`,
    ),
    "    }",
  ];
}
