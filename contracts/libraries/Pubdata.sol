// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IRollup} from "../interfaces/IRollup.sol";

/// @title Walks through a block's public data and evaluates it as a polynomial
/// @dev value = Σ a_i z^i + Σ (e1_i z^(slots+2i) + e2_i z^(slots+2i+1)) mod r. Horner's rule
/// evaluates all records at once. The extensions have different lengths and can only be read
/// forwards, so they are evaluated one by one with a running power of z.
library Pubdata {
    using PubdataReader for bytes;

    uint256 private constant MODULUS = ProtocolConstants.FIELD_MODULUS;

    /// @param records Number of records of the block; the slots after them are noops.
    /// @param offsetBytes Offset of the next extension.
    /// @param nextSlot First slot whose extension has not been passed.
    /// @param z Point at which the data is evaluated.
    /// @param power z^(slots + 2·nextSlot)
    /// @param value Polynomial of everything read so far, at z.
    /// @param slot Slot of the extension just read.
    /// @param record Record in that slot.
    /// @param e1 First word of the extension just read.
    /// @param e2 Second word of the extension just read.
    struct Walk {
        uint256 records;
        uint256 offsetBytes;
        uint256 nextSlot;
        uint256 z;
        uint256 power;
        uint256 value;
        uint256 slot;
        uint256 record;
        uint256 e1;
        uint256 e2;
    }

    /// @notice Starts a walk: reads all records, and stops before the first extension.
    /// @dev Reverts with `TooManyRecords`, `TrailingNoop`, or `PubdataTooShort`.
    /// @param pubdata Public data of a block.
    /// @param slots Slots of the block's circuit.
    /// @param z Point at which the data is evaluated.
    /// @return walk The walk.
    function start(
        bytes calldata pubdata,
        uint256 slots,
        uint256 z
    ) internal pure returns (Walk memory walk) {
        walk.records = _recordCount(pubdata, slots);
        walk.offsetBytes = _recordsEnd(walk.records);
        walk.z = z;
        walk.power = _power(z, slots);
        walk.value = _evaluateRecords(pubdata, walk.records, z);
    }

    /// @notice Reads the next extension into the walk.
    /// @dev Reverts with `ExtensionSlotInvalid` or an error of `PubdataReader`.
    /// @param walk The walk, which is changed.
    /// @param pubdata The same public data.
    /// @return found False at the end of the data.
    function next(Walk memory walk, bytes calldata pubdata) internal pure returns (bool found) {
        uint256 offsetBytes = walk.offsetBytes;
        if (offsetBytes == pubdata.length) return false;
        uint256 slot = _uint16At(pubdata, offsetBytes);
        if (slot < walk.nextSlot || slot >= walk.records) {
            revert IRollup.ExtensionSlotInvalid(slot, walk.nextSlot, walk.records);
        }
        uint256 record = pubdata.readRecord(slot);
        walk.slot = slot;
        walk.record = record;
        (walk.e1, walk.e2, walk.offsetBytes) = PubdataReader.readExtension(
            PubdataReader.opOf(record),
            pubdata,
            offsetBytes + ProtocolConstants.SLOT_INDEX_BYTES
        );
        _evaluateExtension(walk);
        return true;
    }

    function _recordCount(
        bytes calldata pubdata,
        uint256 slots
    ) private pure returns (uint256 records) {
        if (pubdata.length < ProtocolConstants.RECORD_COUNT_BYTES) {
            revert PubdataReader.PubdataTooShort(
                ProtocolConstants.RECORD_COUNT_BYTES,
                pubdata.length
            );
        }
        records = _uint16At(pubdata, 0);
        if (records > slots) revert IRollup.TooManyRecords(records, slots);
        if (_recordsEnd(records) > pubdata.length) {
            revert PubdataReader.PubdataTooShort(_recordsEnd(records), pubdata.length);
        }
        if (records == 0) return 0;
        uint256 last = pubdata.readRecord(records - 1);
        if (PubdataReader.opOf(last) == ProtocolConstants.OP_NOOP) {
            revert IRollup.TrailingNoop(records);
        }
    }

    function _recordsEnd(uint256 records) private pure returns (uint256) {
        return ProtocolConstants.RECORD_COUNT_BYTES + records * ProtocolConstants.RECORD_BYTES;
    }

    /// @dev Applies Horner's rule from the last record down. A record is below 2^128, so it is a
    /// canonical field element.
    function _evaluateRecords(
        bytes calldata pubdata,
        uint256 records,
        uint256 z
    ) private pure returns (uint256 value) {
        uint256 modulus = MODULUS;
        uint256 recordBytes = ProtocolConstants.RECORD_BYTES;
        uint256 unusedBits = 256 - 8 * ProtocolConstants.RECORD_BYTES;
        uint256 firstOffset = ProtocolConstants.RECORD_COUNT_BYTES;
        assembly ("memory-safe") {
            let first := add(pubdata.offset, firstOffset)
            let position := add(first, mul(records, recordBytes))
            for {} gt(position, first) {} {
                position := sub(position, recordBytes)
                let record := shr(unusedBits, calldataload(position))
                value := addmod(mulmod(value, z, modulus), record, modulus)
            }
        }
    }

    /// @dev Slots are below 2^16 and ascend, so nothing here can wrap around.
    function _evaluateExtension(Walk memory walk) private pure {
        unchecked {
            uint256 z = walk.z;
            uint256 slot = walk.slot;
            uint256 power = walk.power;
            uint256 zSquared = mulmod(z, z, MODULUS);
            uint256 skippedSlots = slot - walk.nextSlot;
            if (skippedSlots != 0) power = mulmod(power, _power(zSquared, skippedSlots), MODULUS);
            uint256 extension = addmod(mulmod(walk.e2, z, MODULUS), walk.e1, MODULUS);
            walk.value = addmod(walk.value, mulmod(power, extension, MODULUS), MODULUS);
            walk.power = mulmod(power, zSquared, MODULUS);
            walk.nextSlot = slot + 1;
        }
    }

    /// @dev Computes base^exponent by squaring and multiplying.
    function _power(uint256 base, uint256 exponent) private pure returns (uint256 result) {
        result = 1;
        while (exponent != 0) {
            if (exponent & 1 == 1) result = mulmod(result, base, MODULUS);
            base = mulmod(base, base, MODULUS);
            exponent >>= 1;
        }
    }

    /// @dev Reads the two bytes at `offsetBytes`. Beyond the end of the data they have an arbitrary
    /// value; the next read is then out of bounds and reverts.
    function _uint16At(
        bytes calldata pubdata,
        uint256 offsetBytes
    ) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := shr(240, calldataload(add(pubdata.offset, offsetBytes)))
        }
    }
}
