// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../../contracts/generated/ProtocolConstants.sol";
import {PubdataHarness} from "../../contracts/mocks/PubdataHarness.sol";

/// @notice Compares the walk through public data with a slow reference, on random blocks.
contract PubdataTest {
    uint256 private constant R = ProtocolConstants.FIELD_MODULUS;
    PubdataHarness private harness = new PubdataHarness();

    /// @dev Wire columns of each operation's extension in bytes: nonce, address, value.
    function _widths(
        uint256 op
    ) private pure returns (uint256 nonce, uint256 owner, uint256 value) {
        if (op == ProtocolConstants.OP_TRANSFER_TO_NEW) return (0, 20, 0);
        if (op == ProtocolConstants.OP_CHANGE_PUB_KEY) return (4, 20, 32);
        if (op == ProtocolConstants.OP_NOOP || op == ProtocolConstants.OP_TRANSFER)
            return (0, 0, 0);
        return (0, 20, 16);
    }

    function _random(
        uint256 seed,
        uint256 index,
        uint256 bytesLength
    ) private pure returns (uint256) {
        if (bytesLength == 0) return 0;
        return uint256(keccak256(abi.encode(seed, index, bytesLength))) >> (256 - 8 * bytesLength);
    }

    /// @dev Makes a block of `slots` slots, the last one not a noop, and its data as field
    /// elements.
    function _block(
        uint256 seed,
        uint256 slots
    ) private pure returns (bytes memory pubdata, uint256[] memory data) {
        data = new uint256[](3 * slots);
        bytes memory extensions;
        pubdata = abi.encodePacked(uint16(slots));
        for (uint256 i = 0; i < slots; ++i) {
            uint256 op = _random(seed, i, 1) % ProtocolConstants.OP_COUNT;
            if (i == slots - 1 && op == 0) op = ProtocolConstants.OP_TRANSFER;
            data[i] = (op << 120) | _random(seed, i, 15);
            pubdata = abi.encodePacked(pubdata, uint128(data[i]));
            (uint256 nonceBytes, uint256 ownerBytes, uint256 valueBytes) = _widths(op);
            if (ownerBytes == 0) continue;
            uint256 nonce = _random(seed, i, nonceBytes);
            uint256 owner = _random(seed, i, ownerBytes);
            uint256 value = _random(seed, i, valueBytes) % R;
            data[slots + 2 * i] = (op << 192) | (nonce << 160) | owner;
            data[slots + 2 * i + 1] = value;
            bytes memory head = abi.encodePacked(extensions, uint16(i));
            if (nonceBytes != 0) head = abi.encodePacked(head, uint32(nonce));
            extensions = abi.encodePacked(head, uint160(owner));
            if (valueBytes == 16) extensions = abi.encodePacked(extensions, uint128(value));
            if (valueBytes == 32) extensions = abi.encodePacked(extensions, value);
        }
        pubdata = abi.encodePacked(pubdata, extensions);
    }

    /// @dev Computes the sum of docs/pubdata.md directly, with a power for every element.
    function _evaluate(uint256[] memory data, uint256 z) private pure returns (uint256 y) {
        uint256 power = 1;
        for (uint256 k = 0; k < data.length; ++k) {
            y = addmod(y, mulmod(data[k], power, R), R);
            power = mulmod(power, z, R);
        }
    }

    function testFuzz_ValueIsThatOfTheReference(uint256 seed, uint8 size, uint256 z) external view {
        uint256 slots = 1 + (size % 20);
        (bytes memory pubdata, uint256[] memory data) = _block(seed, slots);
        (uint256 value, PubdataHarness.Extension[] memory found) = harness.walk(
            pubdata,
            slots,
            z % R
        );
        require(value == _evaluate(data, z % R), "value");
        for (uint256 i = 0; i < found.length; ++i) {
            uint256 slot = found[i].slot;
            require(found[i].record == data[slot], "record");
            require(found[i].e1 == data[slots + 2 * slot], "e1");
            require(found[i].e2 == data[slots + 2 * slot + 1], "e2");
        }
    }

    /// @dev A larger circuit shifts the powers of the extensions, but reads the same bytes.
    function testFuzz_EmptySlotsCount(uint256 seed, uint8 size, uint8 empty) external view {
        uint256 slots = 1 + (size % 10);
        (bytes memory pubdata, uint256[] memory data) = _block(seed, slots);
        uint256 padded = slots + empty;
        uint256[] memory paddedData = new uint256[](3 * padded);
        for (uint256 i = 0; i < slots; ++i) {
            paddedData[i] = data[i];
            paddedData[padded + 2 * i] = data[slots + 2 * i];
            paddedData[padded + 2 * i + 1] = data[slots + 2 * i + 1];
        }
        uint256 z = uint256(keccak256(abi.encode(seed))) % R;
        (uint256 value, ) = harness.walk(pubdata, padded, z);
        require(value == _evaluate(paddedData, z), "value");
    }

    /// @dev For any bytes, reading ends, and inside the bytes.
    function testFuzz_AnyBytesEnd(bytes calldata pubdata, uint16 slots, uint256 z) external view {
        try harness.walk(pubdata, slots, z % R) returns (
            uint256,
            PubdataHarness.Extension[] memory found
        ) {
            require(found.length <= slots, "more extensions than slots");
        } catch (bytes memory reason) {
            require(reason.length >= 4, "a revert without a selector");
            require(bytes4(reason) != bytes4(keccak256("Panic(uint256)")), "a panic");
        }
    }

    /// @dev A block with one byte fewer or more is refused.
    function testFuzz_LengthIsExact(uint256 seed, uint8 size, bytes1 added) external view {
        uint256 slots = 1 + (size % 10);
        (bytes memory pubdata, ) = _block(seed, slots);
        _requireRefused(abi.encodePacked(pubdata, added), slots);
        bytes memory shorter = new bytes(pubdata.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = pubdata[i];
        _requireRefused(shorter, slots);
    }

    function _requireRefused(bytes memory pubdata, uint256 slots) private view {
        try harness.walk(pubdata, slots, 5) {
            revert("taken");
        } catch {}
    }
}
