// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Poseidon} from "./generated/Poseidon.sol";

/// @title Hashes the words of a leaf
/// @dev A contract of its own, because the constants of Poseidon take most of the size that a
/// contract may have.
contract LeafHasher {
    /// @notice Poseidon of 16 field elements.
    /// @dev The caller has checked that each is below the field modulus.
    /// @param words Words of the leaf, in the order of src/protocol/leaf.ts.
    /// @return Field element.
    function hash(uint256[16] calldata words) external pure returns (uint256) {
        return Poseidon.hash16(words);
    }
}
