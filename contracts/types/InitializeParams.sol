// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerifier} from "../interfaces/IVerifier.sol";

/// @notice How a rollup starts.
/// @param verifier Verifies block proofs.
/// @param governor Lists tokens and sets validators.
/// @param guardian May pause deposits; the zero address for nobody.
/// @param validators Who may commit, execute and revert blocks from the start.
/// @param feeAccount Owner of account 0, the only one in the state before the first block.
/// @param genesisStateRoot Root of that state.
/// @param accountCapacity Leaves of the state tree.
/// @param tokenCapacity Leaves of a balance tree, ETH included.
/// @param priorityExpirationSeconds How long a priority request may wait.
/// @param requestFeeWei What a priority request costs at first.
/// @param requestFeeRecipient Whose pending balance that becomes; zero for the governor.
struct InitializeParams {
    IVerifier verifier;
    address governor;
    address guardian;
    address[] validators;
    address feeAccount;
    uint256 genesisStateRoot;
    uint32 accountCapacity;
    uint32 tokenCapacity;
    uint32 priorityExpirationSeconds;
    uint256 requestFeeWei;
    address requestFeeRecipient;
}
