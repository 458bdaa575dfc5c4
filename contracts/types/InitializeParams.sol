// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IExitVerifier} from "../interfaces/IExitVerifier.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";

/// @notice Parameters of a new rollup.
/// @param verifier Verifier of block and exit proofs.
/// @param exitVerifier Verifier of exits, by proof or by path.
/// @param governor Lists tokens, sets validators and fees; zero for the upgrader of `RollupProxy`.
/// @param validatorManager Sets validators, too; zero for none.
/// @param guardian Pauses deposits; zero for none.
/// @param validators First validators: they commit, execute and revert blocks.
/// @param feeAccount Owner of account 0, the only account before block 1.
/// @param genesisStateRoot Root of that state.
/// @param accountCapacity Leaves of the state tree.
/// @param tokenCapacity Leaves of the tails of an account together, ETH included.
/// @param priorityExpirationSeconds Seconds that a priority request may wait.
/// @param requestFeeWei First price of a priority request, in wei.
/// @param requestFeeRecipient Address whose pending balance the fees become; zero for the governor.
struct InitializeParams {
    IVerifier verifier;
    IExitVerifier exitVerifier;
    address governor;
    address validatorManager;
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
