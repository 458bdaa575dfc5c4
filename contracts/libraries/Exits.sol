// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IExitVerifier} from "../interfaces/IExitVerifier.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {ExitClaim, QueuedDeposit} from "../types/Exits.sol";
import {PriorityQueue} from "./PriorityQueue.sol";

/// @title Exits and cancelled deposits in exodus
library Exits {
    using PriorityQueue for PriorityQueue.Queue;

    /// @param done Whether an account has exited with a token.
    struct Record {
        mapping(uint32 accountId => mapping(uint16 tokenId => bool)) done;
    }

    /// @notice Records a claim, which the caller then verifies. An account exits once with a token,
    /// by a proof or by a path.
    /// @dev Reverts with `AlreadyExited` or `AmountZero`.
    /// @param record Exits so far.
    /// @param claim The claim.
    function take(Record storage record, ExitClaim calldata claim) internal {
        if (record.done[claim.accountId][claim.tokenId]) {
            revert IRollup.AlreadyExited(claim.accountId, claim.tokenId);
        }
        if (claim.amount == 0) revert IRollup.AmountZero();
        record.done[claim.accountId][claim.tokenId] = true;
        emit IRollup.ExitPerformed(claim.accountId, claim.tokenId, claim.owner, claim.amount);
    }

    /// @notice Forwards the call unchanged to `exitVerifier`, and reverts as that does.
    /// @dev Its functions take the same calldata, so this contract encodes nothing again.
    /// @param exitVerifier Verifier of the rollup.
    function requireVerified(IExitVerifier exitVerifier) internal view {
        assembly ("memory-safe") {
            let data := mload(0x40)
            calldatacopy(data, 0, calldatasize())
            mstore(0, 0)
            let done := staticcall(gas(), exitVerifier, data, calldatasize(), 0, 0x20)
            if iszero(and(done, eq(mload(0), 1))) {
                returndatacopy(data, 0, returndatasize())
                revert(data, returndatasize())
            }
        }
    }

    /// @notice Removes a deposit that no executed block serves from the queue.
    /// @dev Reverts with `DepositExecuted` or `DepositUnknown`.
    /// @param queue The priority queue.
    /// @param deposit The deposit.
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
