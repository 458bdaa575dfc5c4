// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {CommitBlock} from "../types/Blocks.sol";
import {Authorization} from "./Authorization.sol";
import {Payouts} from "./Payouts.sol";
import {PriorityQueue} from "./PriorityQueue.sol";
import {Pubdata} from "./Pubdata.sol";

/// @title Applies the L1 side of a block's operations
/// @dev Only operations with an extension have an L1 side. A block cannot hide one: an extension
/// that is left out changes y, because its first word is never zero, and then no proof is valid.
library Operations {
    using Authorization for Authorization.Facts;
    using PriorityQueue for PriorityQueue.Queue;
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    /// @param dataValue Polynomial of the block's data at z.
    /// @param payoutsHash Rolling hash of the block's payouts.
    /// @param priorityRequests Requests of the priority queue that the block serves.
    /// @param authorizations Authorizations that the block uses: one per ChangePubKey.
    struct Effects {
        uint256 dataValue;
        bytes32 payoutsHash;
        uint32 priorityRequests;
        uint32 authorizations;
    }

    /// @notice Checks the L1 side of every operation of a block and sums up their effects.
    /// @dev Reverts with `PriorityRequestMismatch`, `AuthorizationInvalid`,
    /// `AuthorizationTypeUnknown`, `AuthorizationCountMismatch`, or an error of `Pubdata`.
    /// @param queue The priority queue.
    /// @param facts Facts stored on L1.
    /// @param newBlock The block.
    /// @param z Point at which the block's data is evaluated.
    /// @return effects What the block serves, pays out and uses.
    function process(
        PriorityQueue.Queue storage queue,
        Authorization.Facts storage facts,
        CommitBlock calldata newBlock,
        uint256 z
    ) internal view returns (Effects memory effects) {
        bytes calldata pubdata = newBlock.pubdata;
        Pubdata.Walk memory walk = pubdata.start(newBlock.slots, z);
        while (walk.next(pubdata)) {
            uint256 op = PubdataReader.opOf(walk.record);
            if (op == ProtocolConstants.OP_DEPOSIT) _serveDeposit(queue, walk, effects);
            else if (op == ProtocolConstants.OP_WITHDRAW) _payOut(walk, effects);
            else if (op == ProtocolConstants.OP_FULL_EXIT) _fullExit(queue, walk, effects);
            else if (op == ProtocolConstants.OP_CHANGE_PUB_KEY) {
                _changePubKey(facts, walk, effects, newBlock.authorizations);
            } else if (op == ProtocolConstants.OP_FORCED_EXIT) _payOut(walk, effects);
            else if (op == ProtocolConstants.OP_REFUND) {
                // Any deposit may be refunded, so one that L2 has no place for blocks no operator.
                _serveDeposit(queue, walk, effects);
                _payOut(walk, effects);
            }
        }
        if (effects.authorizations != newBlock.authorizations.length) {
            revert IRollup.AuthorizationCountMismatch(
                effects.authorizations,
                newBlock.authorizations.length
            );
        }
        effects.dataValue = walk.value;
    }

    /// @dev Any account of the owner is right; the circuit credits no other.
    function _serveDeposit(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) private view {
        (address owner, uint16 tokenId, uint128 amount) = _movement(walk);
        _serve(queue, PriorityQueue.hashDeposit(owner, tokenId, amount), walk, effects);
    }

    function _fullExit(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) private view {
        PubdataReader.FullExit memory exit = PubdataReader.readFullExit(
            walk.record,
            walk.e1,
            walk.e2
        );
        bytes24 requestHash = PriorityQueue.hashRequest(
            ProtocolConstants.OP_FULL_EXIT,
            exit.owner,
            exit.tokenId,
            exit.accountId,
            0
        );
        _serve(queue, requestHash, walk, effects);
        _payOut(walk, effects);
    }

    function _changePubKey(
        Authorization.Facts storage facts,
        Pubdata.Walk memory walk,
        Effects memory effects,
        bytes[] calldata authorizations
    ) private view {
        uint256 index = effects.authorizations++;
        // If there are too few, the comparison after the last operation reverts.
        if (index >= authorizations.length) return;
        PubdataReader.ChangePubKey memory change = PubdataReader.readChangePubKey(
            walk.record,
            walk.e1,
            walk.e2
        );
        facts.check(change, authorizations[index], walk.slot);
    }

    /// @dev Blocks serve requests strictly in the order of the queue.
    function _serve(
        PriorityQueue.Queue storage queue,
        bytes24 requestHash,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) private view {
        uint256 requestId = queue.firstUncommitted + effects.priorityRequests++;
        if (!queue.isRequest(requestId, requestHash)) {
            revert IRollup.PriorityRequestMismatch(requestId, walk.slot);
        }
    }

    /// @dev An amount of 0, such as that of a full exit of nothing, makes no payout.
    function _payOut(Pubdata.Walk memory walk, Effects memory effects) private pure {
        (address recipient, uint16 tokenId, uint128 amount) = _movement(walk);
        if (amount == 0) return;
        effects.payoutsHash = Payouts.append(effects.payoutsHash, recipient, tokenId, amount);
    }

    /// @dev Address, token and amount: every operation that moves an amount between L1 and L2 has
    /// them in the same place (test/protocol/layout.test.ts).
    function _movement(
        Pubdata.Walk memory walk
    ) private pure returns (address party, uint16 tokenId, uint128 amount) {
        party = address(uint160(walk.e1 >> ProtocolConstants.ADDRESS_SHIFT_BITS));
        tokenId = uint16(walk.record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        amount = uint128(walk.e2);
    }
}
