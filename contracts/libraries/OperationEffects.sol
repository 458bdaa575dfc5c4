// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {Authorization} from "./Authorization.sol";
import {Payouts} from "./Payouts.sol";
import {PriorityQueue} from "./PriorityQueue.sol";
import {Pubdata} from "./Pubdata.sol";

/// @title What operations can mean on L1
/// @dev Which operation means what is in its spec: see generated/Operations.sol.
library OperationEffects {
    using Authorization for Authorization.Facts;
    using PriorityQueue for PriorityQueue.Queue;

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

    /// @dev The circuit lets a deposit credit only an account of the owner, so any such account
    /// will do. Any deposit may be refunded: an operator without a place for it must not be stuck.
    function serveDeposit(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) internal view {
        (address owner, uint16 tokenId, uint128 amount) = _movement(walk);
        _serve(queue, PriorityQueue.hashDeposit(owner, tokenId, amount), walk, effects);
    }

    function serveFullExit(
        PriorityQueue.Queue storage queue,
        Pubdata.Walk memory walk,
        Effects memory effects
    ) internal view {
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
    }

    function checkConsent(
        Authorization.Facts storage facts,
        Pubdata.Walk memory walk,
        Effects memory effects,
        bytes[] calldata authorizations
    ) internal view {
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

    /// @dev A payout of nothing (a full exit of nothing, say) is none.
    function payOut(Pubdata.Walk memory walk, Effects memory effects) internal pure {
        (address recipient, uint16 tokenId, uint128 amount) = _movement(walk);
        if (amount == 0) return;
        effects.payoutsHash = Payouts.append(effects.payoutsHash, recipient, tokenId, amount);
    }

    /// @dev Address, token and amount: every operation that moves an amount between L1 and L2 has
    /// them in the same place (test/protocol/layout.test.ts).
    function _movement(
        Pubdata.Walk memory walk
    ) private pure returns (address party, uint16 tokenId, uint128 amount) {
        party = address(uint160(walk.e1 >> ProtocolConstants.EXTENSION_ADDRESS_SHIFT_BITS));
        tokenId = uint16(walk.record >> ProtocolConstants.RECORD_TOKEN_SHIFT_BITS);
        amount = uint128(walk.e2);
    }
}
