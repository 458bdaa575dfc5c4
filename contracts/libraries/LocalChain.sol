// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Recognizes local test chains
library LocalChain {
    /// @notice Whether the chain id is that of Hardhat, Anvil, or Geth in development mode.
    /// @return True if it is.
    function isLocal() internal view returns (bool) {
        return block.chainid == 31337 || block.chainid == 1337;
    }
}
