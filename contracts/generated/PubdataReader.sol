// SPDX-License-Identifier: MIT
// generated from src/protocol; run `npm run generate`
pragma solidity ^0.8.24;

import {ProtocolConstants} from "./ProtocolConstants.sol";

/// @title Reads the operations of a block's public data
/// @dev Layouts: docs/pubdata.md. An operation's extension is two field elements:
/// e1 = op·2^192 + nonce·2^160 + address, e2 = amount or public key hash.
library PubdataReader {
    error PubdataTooShort(uint256 neededBytes, uint256 actualBytes);
    error NonCanonicalField(uint256 value);
    error OperationHasNoExtension(uint256 op);

    struct Deposit {
        uint32 accountId;
        uint16 tokenId;
        address owner;
        uint128 amount;
    }

    struct Transfer {
        uint32 fromAccountId;
        uint32 toAccountId;
        uint16 tokenId;
        uint40 amount;
        uint16 fee;
    }

    struct TransferToNew {
        uint32 fromAccountId;
        uint32 toAccountId;
        uint16 tokenId;
        uint40 amount;
        uint16 fee;
        address recipient;
    }

    struct Withdraw {
        uint32 accountId;
        uint16 tokenId;
        uint16 fee;
        address recipient;
        uint128 amount;
    }

    struct FullExit {
        uint32 accountId;
        uint16 tokenId;
        address owner;
        uint128 amount;
    }

    struct ChangePubKey {
        uint32 accountId;
        uint16 tokenId;
        uint16 fee;
        uint32 nonce;
        address owner;
        uint256 pubKeyHash;
    }

    struct ForcedExit {
        uint32 initiatorAccountId;
        uint32 targetAccountId;
        uint16 tokenId;
        uint16 fee;
        address recipient;
        uint128 amount;
    }

    struct Refund {
        uint16 tokenId;
        address owner;
        uint128 amount;
    }

    /// @notice Reads record `index` as the field element a_index (16 bytes, big-endian).
    /// @dev The caller has checked that `pubdata` holds more than `index` records.
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

    /// @notice Reads the extension columns of an operation into its two field elements.
    /// @param op Operation code of the record in the extension's slot.
    /// @param offsetBytes Where the columns start in `pubdata`, behind the slot index.
    /// @return e1 First extension word, never zero.
    /// @return e2 Second extension word.
    /// @return endBytes First byte behind the extension.
    function readExtension(
        uint256 op,
        bytes calldata pubdata,
        uint256 offsetBytes
    ) internal pure returns (uint256 e1, uint256 e2, uint256 endBytes) {
        e1 = op << ProtocolConstants.EXTENSION_OP_SHIFT_BITS;
        if (
            op == ProtocolConstants.OP_DEPOSIT ||
            op == ProtocolConstants.OP_WITHDRAW ||
            op == ProtocolConstants.OP_FULL_EXIT ||
            op == ProtocolConstants.OP_FORCED_EXIT ||
            op == ProtocolConstants.OP_REFUND
        ) {
            endBytes = _end(pubdata, offsetBytes, 36);
            e1 |= _load(pubdata, offsetBytes, 20);
            e2 = _load(pubdata, offsetBytes + 20, 16);
            return (e1, e2, endBytes);
        }
        if (op == ProtocolConstants.OP_TRANSFER_TO_NEW) {
            endBytes = _end(pubdata, offsetBytes, 20);
            e1 |= _load(pubdata, offsetBytes, 20);
            return (e1, e2, endBytes);
        }
        if (op == ProtocolConstants.OP_CHANGE_PUB_KEY) {
            endBytes = _end(pubdata, offsetBytes, 56);
            e1 |= _load(pubdata, offsetBytes, 4) << ProtocolConstants.EXTENSION_NONCE_SHIFT_BITS;
            e1 |= _load(pubdata, offsetBytes + 4, 20);
            e2 = _load(pubdata, offsetBytes + 24, 32);
            _requireCanonical(e2);
            return (e1, e2, endBytes);
        }
        revert OperationHasNoExtension(op);
    }

    /// @notice Reads a Deposit from its record and extension words.
    function readDeposit(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) internal pure returns (Deposit memory operation) {
        operation.accountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_B_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.owner = address(uint160(e1));
        operation.amount = uint128(e2);
    }

    /// @notice Reads a Transfer from its record.
    function readTransfer(uint256 record) internal pure returns (Transfer memory operation) {
        operation.fromAccountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS)
        );
        operation.toAccountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_B_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.amount = uint40(record >> ProtocolConstants.RECORD_AMOUNT_SHIFT_BITS);
        operation.fee = uint16(record >> ProtocolConstants.RECORD_FEE_SHIFT_BITS);
    }

    /// @notice Reads a TransferToNew from its record and extension words.
    function readTransferToNew(
        uint256 record,
        uint256 e1
    ) internal pure returns (TransferToNew memory operation) {
        operation.fromAccountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS)
        );
        operation.toAccountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_B_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.amount = uint40(record >> ProtocolConstants.RECORD_AMOUNT_SHIFT_BITS);
        operation.fee = uint16(record >> ProtocolConstants.RECORD_FEE_SHIFT_BITS);
        operation.recipient = address(uint160(e1));
    }

    /// @notice Reads a Withdraw from its record and extension words.
    function readWithdraw(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) internal pure returns (Withdraw memory operation) {
        operation.accountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.fee = uint16(record >> ProtocolConstants.RECORD_FEE_SHIFT_BITS);
        operation.recipient = address(uint160(e1));
        operation.amount = uint128(e2);
    }

    /// @notice Reads a FullExit from its record and extension words.
    function readFullExit(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) internal pure returns (FullExit memory operation) {
        operation.accountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.owner = address(uint160(e1));
        operation.amount = uint128(e2);
    }

    /// @notice Reads a ChangePubKey from its record and extension words.
    function readChangePubKey(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) internal pure returns (ChangePubKey memory operation) {
        operation.accountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.fee = uint16(record >> ProtocolConstants.RECORD_FEE_SHIFT_BITS);
        operation.nonce = uint32(e1 >> ProtocolConstants.EXTENSION_NONCE_SHIFT_BITS);
        operation.owner = address(uint160(e1));
        operation.pubKeyHash = e2;
    }

    /// @notice Reads a ForcedExit from its record and extension words.
    function readForcedExit(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) internal pure returns (ForcedExit memory operation) {
        operation.initiatorAccountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_A_SHIFT_BITS)
        );
        operation.targetAccountId = uint32(
            uint24(record >> ProtocolConstants.RECORD_ACCOUNT_B_SHIFT_BITS)
        );
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.fee = uint16(record >> ProtocolConstants.RECORD_FEE_SHIFT_BITS);
        operation.recipient = address(uint160(e1));
        operation.amount = uint128(e2);
    }

    /// @notice Reads a Refund from its record and extension words.
    function readRefund(
        uint256 record,
        uint256 e1,
        uint256 e2
    ) internal pure returns (Refund memory operation) {
        operation.tokenId = uint16(record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        operation.owner = address(uint160(e1));
        operation.amount = uint128(e2);
    }

    /// @dev The integer in `length` bytes (at most 32) from `offsetBytes` on; the caller checks bounds.
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
    }
}
