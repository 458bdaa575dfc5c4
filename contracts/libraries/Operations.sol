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

/// @title What the operations of a block mean on L1
/// @dev Only operations with an extension mean anything here. A block can not hide one: leaving an
/// extension out changes y, as its first word is never zero, and then no proof fits.
library Operations {
    using Authorization for Authorization.Facts;
    using PriorityQueue for PriorityQueue.Queue;
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    /// @param dataValue Value of the block's data at z.
    /// @param payoutsHash Rolling hash of the payouts that execution must make.
    /// @param priorityRequests Requests of the queue that the block serves.
    /// @param authorizations Authorisations that the block has used up.
    struct Effects {
        uint256 dataValue;
        bytes32 payoutsHash;
        uint32 priorityRequests;
        uint32 authorizations;
    }

    /// @notice Checks the L1 side of every operation of a block and sums up what they do.
    /// @param z Where the block's data is evaluated.
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
            if (op == ProtocolConstants.OP_DEPOSIT) _deposit(queue, walk, effects);
            else if (op == ProtocolConstants.OP_FULL_EXIT) _fullExit(queue, walk, effects);
            else if (op == ProtocolConstants.OP_REFUND) _refund(queue, walk, effects);
            else if (op == ProtocolConstants.OP_CHANGE_PUB_KEY) {
                _changePubKey(facts, walk, effects, newBlock.authorizations);
            } else if (
                op == ProtocolConstants.OP_WITHDRAW || op == ProtocolConstants.OP_FORCED_EXIT
            ) {
                _payOut(effects, _movement(walk));
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

    /// @dev The circuit lets it credit only an account of the owner, so any such account will do.
    function _deposit(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) private view {
        _serveDeposit(queue, walk, effects, _movement(walk));
    }

    /// @dev Any deposit may be refunded: an operator that has no place for it must not be stuck.
    function _refund(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) private view {
        PubdataReader.Refund memory refund = _movement(walk);
        _serveDeposit(queue, walk, effects, refund);
        _payOut(effects, refund);
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
        _payOut(effects, _movement(walk));
    }

    function _changePubKey(
        Authorization.Facts storage facts,
        Pubdata.Walk memory walk,
        Effects memory effects,
        bytes[] calldata authorizations
    ) private view {
        uint256 index = effects.authorizations++;
        // If there are too few, the comparison after the last operation says so.
        if (index >= authorizations.length) return;
        PubdataReader.ChangePubKey memory change = PubdataReader.readChangePubKey(
            walk.record,
            walk.e1,
            walk.e2
        );
        facts.check(change, authorizations[index], walk.slot);
    }

    function _serveDeposit(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects,
        PubdataReader.Refund memory deposit
    ) private view {
        bytes24 requestHash = PriorityQueue.hashDeposit(
            deposit.owner,
            deposit.tokenId,
            deposit.amount
        );
        _serve(queue, requestHash, walk, effects);
    }

    /// @dev Requests are served strictly in the order of the queue.
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

    /// @dev A payout of nothing (a full exit of nothing, say) is none.
    function _payOut(Effects memory effects, PubdataReader.Refund memory payout) private pure {
        if (payout.amount == 0) return;
        effects.payoutsHash = Payouts.append(
            effects.payoutsHash,
            payout.owner,
            payout.tokenId,
            payout.amount
        );
    }

    /// @dev Token, address and amount. Every operation that moves an amount between L1 and L2 has
    /// them in the same place; a refund has nothing else.
    function _movement(
        Pubdata.Walk memory walk
    ) private pure returns (PubdataReader.Refund memory) {
        return PubdataReader.readRefund(walk.record, walk.e1, walk.e2);
    }
}
