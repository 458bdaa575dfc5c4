// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {ExitClaim, QueuedDeposit} from "../types/Exits.sol";
import {PriorityQueue} from "./PriorityQueue.sol";

/// @title How money leaves a rollup in exodus
/// @dev Public inputs of the exit circuit, in order: stateRoot, accountId, tokenId, owner, amount.
library Exits {
    using PriorityQueue for PriorityQueue.Queue;

    struct Record {
        mapping(uint32 accountId => mapping(uint16 tokenId => bool)) done;
    }

    uint256 private constant PUBLIC_INPUTS = 5;

    /// @notice Records a claim, which the caller then verifies: the first one of an account and
    /// token, in whichever way it is shown to be right, and no other.
    function take(Record storage record, ExitClaim calldata claim) internal {
        if (record.done[claim.accountId][claim.tokenId]) {
            revert IRollup.AlreadyExited(claim.accountId, claim.tokenId);
        }
        if (claim.amount == 0) revert IRollup.AmountZero();
        record.done[claim.accountId][claim.tokenId] = true;
        emit IRollup.ExitPerformed(claim.accountId, claim.tokenId, claim.owner, claim.amount);
    }

    /// @notice Reverts unless a proof shows the claim against `stateRoot`.
    function requireProof(
        IVerifier verifier,
        uint256 stateRoot,
        ExitClaim calldata claim,
        uint256[8] calldata proof
    ) internal view {
        uint256[] memory inputs = new uint256[](PUBLIC_INPUTS);
        inputs[0] = stateRoot;
        inputs[1] = claim.accountId;
        inputs[2] = claim.tokenId;
        inputs[3] = uint160(claim.owner);
        inputs[4] = claim.amount;
        if (!verifier.verifyProof(ProtocolConstants.EXIT_KEY_ID, proof, inputs)) {
            revert IRollup.ExitProofInvalid(claim.accountId, claim.tokenId);
        }
    }

    /// @notice Takes a deposit that no executed block serves out of the queue.
    function cancel(PriorityQueue.Queue storage queue, QueuedDeposit calldata deposit) internal {
        if (deposit.requestId < queue.firstOpen) {
            revert IRollup.DepositExecuted(deposit.requestId);
        }
        bytes24 requestHash = PriorityQueue.hashDeposit(
            deposit.owner,
            deposit.tokenId,
            deposit.amount
        );
        if (!queue.isRequest(deposit.requestId, requestHash)) {
            revert IRollup.DepositUnknown(deposit.requestId);
        }
        delete queue.requests[deposit.requestId];
        emit IRollup.DepositCancelled(
            deposit.requestId,
            deposit.owner,
            deposit.tokenId,
            deposit.amount
        );
    }
}
