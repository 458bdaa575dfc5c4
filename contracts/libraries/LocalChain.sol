// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Whether this is a chain for tests
library LocalChain {
    /// @dev Chain ids of Hardhat, Anvil and Geth in development mode.
    function isLocal() internal view returns (bool) {
        return block.chainid == 31337 || block.chainid == 1337;
    }
}
