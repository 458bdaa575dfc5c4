// SPDX-License-Identifier: MIT
// generated from src/operations; run `npm run generate`
pragma solidity ^0.8.24;

import {ProtocolConstants} from "./ProtocolConstants.sol";
import {PubdataReader} from "./PubdataReader.sol";

/// @title What the signer of an operation has signed, as far as public data has it
/// @dev A set of operations is a number with a bit for each code.
library SignedOperations {
    uint256 private constant EXPONENT_BITS = 5;
    uint256 private constant PACKED_BASE = 10;
    uint256 private constant SIGNED =
        (1 << ProtocolConstants.OP_TRANSFER) |
            (1 << ProtocolConstants.OP_TRANSFER_TO_NEW) |
            (1 << ProtocolConstants.OP_WITHDRAW) |
            (1 << ProtocolConstants.OP_CHANGE_PUB_KEY) |
            (1 << ProtocolConstants.OP_FORCED_EXIT);
    uint256 private constant AMOUNT_IN_RECORD =
        (1 << ProtocolConstants.OP_TRANSFER) | (1 << ProtocolConstants.OP_TRANSFER_TO_NEW);
    uint256 private constant AMOUNT_IN_EXTENSION = (1 << ProtocolConstants.OP_WITHDRAW);
    uint256 private constant RECIPIENT_OWNS_B = (1 << ProtocolConstants.OP_TRANSFER);
    uint256 private constant RECIPIENT_IN_EXTENSION =
        (1 << ProtocolConstants.OP_TRANSFER_TO_NEW) |
            (1 << ProtocolConstants.OP_WITHDRAW) |
            (1 << ProtocolConstants.OP_FORCED_EXIT);

    /// @notice Account A of a record.
    function accountA(uint256 record) internal pure returns (uint32) {
        return uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS);
    }

    /// @notice Account B of a record.
    function accountB(uint256 record) internal pure returns (uint32) {
        return uint24(record >> ProtocolConstants.RECORD_ACCOUNT_B_SHIFT_BITS);
    }

    /// @notice Token of a record.
    function tokenOf(uint256 record) internal pure returns (uint256) {
        return uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
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
        uint256 packed = uint40(record >> ProtocolConstants.RECORD_AMOUNT_SHIFT_BITS);
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

    /// @notice Code under which an operation is signed.
    function signedOp(uint256 record) internal pure returns (uint256 op) {
        op = PubdataReader.opOf(record);
        if (op == ProtocolConstants.OP_TRANSFER_TO_NEW) return ProtocolConstants.OP_TRANSFER;
    }
}
