// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Poseidon} from "../generated/Poseidon.sol";

/// @title Exposes the Poseidon library, for tests only
contract PoseidonHarness {
    function hash3(uint256[3] calldata inputs) external pure returns (uint256) {
        return Poseidon.hash3(inputs);
    }

    function hash8(uint256[8] calldata inputs) external pure returns (uint256) {
        return Poseidon.hash8(inputs);
    }
}
