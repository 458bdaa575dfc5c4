// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerifier} from "../interfaces/IVerifier.sol";

/// @notice How a rollup starts.
/// @param verifier Verifies block proofs.
/// @param governor Lists tokens and sets validators.
/// @param validators Who may commit, execute and revert blocks from the start.
/// @param genesisStateRoot State root before the first block.
/// @param accountCapacity Leaves of the state tree.
/// @param tokenCapacity Leaves of a balance tree, ETH included.
/// @param priorityExpirationSeconds How long a priority request may wait.
struct InitializeParams {
    IVerifier verifier;
    address governor;
    address[] validators;
    uint256 genesisStateRoot;
    uint32 accountCapacity;
    uint32 tokenCapacity;
    uint32 priorityExpirationSeconds;
}
