// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {CommitBlock, StoredBlock} from "../types/Blocks.sol";

/// @title Shows tests what Solidity reads from the calldata of `commitBlocks`
contract CommitCalldataHarness {
    /// @notice Reads every part of every block as `Rollup.commitBlocks` does.
    /// @param last The last committed block.
    /// @param newBlocks Blocks to commit.
    /// @return lastNumber Number of `last`.
    /// @return blocks Copy of `newBlocks`.
    function read(
        StoredBlock calldata last,
        CommitBlock[] calldata newBlocks
    ) external pure returns (uint32 lastNumber, CommitBlock[] memory blocks) {
        lastNumber = last.blockNumber;
        blocks = new CommitBlock[](newBlocks.length);
        for (uint256 i = 0; i < newBlocks.length; ++i) _read(newBlocks[i], blocks[i]);
    }

    function _read(CommitBlock calldata source, CommitBlock memory target) private pure {
        target.timestamp = source.timestamp;
        target.feeAccountId = source.feeAccountId;
        target.kind = source.kind;
        target.newStateRoot = source.newStateRoot;
        target.digest = source.digest;
        target.pubdata = source.pubdata;
        target.authorizations = new bytes[](source.authorizations.length);
        for (uint256 i = 0; i < source.authorizations.length; ++i) {
            target.authorizations[i] = source.authorizations[i];
        }
    }
}
