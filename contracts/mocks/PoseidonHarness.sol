// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Poseidon} from "../generated/Poseidon.sol";

/// @title Exposes the Poseidon of a node, for tests only
/// @dev `LeafHasher` exposes that of a leaf: the constants of both are too large for one contract.
contract PoseidonHarness {
    function hash8(uint256[8] calldata inputs) external pure returns (uint256) {
        return Poseidon.hash8(inputs);
    }
}
