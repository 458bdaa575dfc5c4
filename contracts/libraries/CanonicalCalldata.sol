// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRollup} from "../interfaces/IRollup.sol";
import {CommitBlock} from "../types/Blocks.sol";

/// @title Checks that calldata is in canonical ABI encoding
/// @dev Solidity follows any offset, also backwards or into another value, and ignores padding and
/// everything after the last value. The decoders that restore a state do not.
///
/// In the canonical encoding every part begins where the one before ends, so one pass over all
/// parts in order is enough. Solidity then reads the same values, because it checks lengths against
/// the end of the calldata and words against their types.
library CanonicalCalldata {
    /// @notice Reverts with `CalldataNotCanonical` unless the calldata is the canonical encoding of
    /// a call of `commitBlocks`.
    /// @dev A `CommitBlock` has the offset of pubdata at word 5 and that of authorizations at word
    /// 6.
    /// @param newBlocks Argument of the call, as Solidity finds it.
    function requireForCommit(CommitBlock[] calldata newBlocks) internal pure {
        bool canonical;
        assembly ("memory-safe") {
            /// Passes an item of type bytes: its length, the bytes, and zeros up to a whole word.
            function passBytes(item) -> end, wrong {
                let length := calldataload(item)
                let bytesEnd := add(add(item, 0x20), length)
                let padding := and(sub(0, length), 0x1f)
                wrong := shr(sub(256, shl(3, padding)), calldataload(bytesEnd))
                end := add(bytesEnd, padding)
            }
            let blockOffsets := newBlocks.offset
            // 0x104: the selector, six words of StoredBlock, the array's offset and its length.
            let wrong := xor(blockOffsets, 0x104)
            let end := add(blockOffsets, shl(5, newBlocks.length))
            for {
                let blocksEnd := end
            } lt(blockOffsets, blocksEnd) {
                blockOffsets := add(blockOffsets, 0x20)
            } {
                let start := end
                let more
                wrong := or(wrong, xor(calldataload(blockOffsets), sub(start, newBlocks.offset)))
                wrong := or(wrong, xor(calldataload(add(start, 0xa0)), 0xe0))
                end, more := passBytes(add(start, 0xe0))
                wrong := or(wrong, or(more, xor(calldataload(add(start, 0xc0)), sub(end, start))))
                let offsets := add(end, 0x20)
                let first := offsets
                let offsetsEnd := add(offsets, shl(5, calldataload(end)))
                end := offsetsEnd
                for {} and(lt(offsets, offsetsEnd), lt(offsets, calldatasize())) {
                    offsets := add(offsets, 0x20)
                } {
                    wrong := or(wrong, xor(calldataload(offsets), sub(end, first)))
                    end, more := passBytes(end)
                    wrong := or(wrong, more)
                }
            }
            canonical := iszero(or(wrong, xor(end, calldatasize())))
        }
        if (!canonical) revert IRollup.CalldataNotCanonical();
    }
}
