// SPDX-License-Identifier: MIT
// generated from src/operations; run `npm run generate`
pragma solidity ^0.8.24;

import {IRollup} from "../interfaces/IRollup.sol";
import {Authorization} from "../libraries/Authorization.sol";
import {OperationEffects} from "../libraries/OperationEffects.sol";
import {PriorityQueue} from "../libraries/PriorityQueue.sol";
import {Pubdata} from "../libraries/Pubdata.sol";
import {CommitBlock} from "../types/Blocks.sol";
import {ProtocolConstants} from "./ProtocolConstants.sol";
import {PubdataReader} from "./PubdataReader.sol";

/// @title What the operations of a block mean on L1
/// @dev Only operations with an extension mean anything here. A block cannot hide one: leaving an
/// extension out changes y, as its first word is never zero, and then no proof fits.
library Operations {
    using Pubdata for bytes;
    using Pubdata for Pubdata.Walk;

    /// @notice Checks the L1 side of every operation of a block and sums up what they do.
    /// @param z Where the block's data is evaluated.
    function process(
        PriorityQueue.Queue storage queue,
        Authorization.Facts storage facts,
        CommitBlock calldata newBlock,
        uint256 z
    ) internal view returns (OperationEffects.Effects memory effects) {
        bytes calldata pubdata = newBlock.pubdata;
        Pubdata.Walk memory walk = pubdata.start(
            newBlock.kind & ProtocolConstants.KIND_SLOTS_MASK,
            z
        );
        while (walk.next(pubdata)) {
            uint256 op = PubdataReader.opOf(walk.record);
            if (op == ProtocolConstants.OP_DEPOSIT) {
                OperationEffects.serveDeposit(queue, walk, effects);
            } else if (op == ProtocolConstants.OP_WITHDRAW) {
                OperationEffects.payOut(walk, effects);
            } else if (op == ProtocolConstants.OP_FULL_EXIT) {
                OperationEffects.serveFullExit(queue, walk, effects);
                OperationEffects.payOut(walk, effects);
            } else if (op == ProtocolConstants.OP_CHANGE_PUB_KEY) {
                OperationEffects.checkConsent(facts, walk, effects, newBlock.authorizations);
            } else if (op == ProtocolConstants.OP_FORCED_EXIT) {
                OperationEffects.payOut(walk, effects);
            } else if (op == ProtocolConstants.OP_REFUND) {
                OperationEffects.serveDeposit(queue, walk, effects);
                OperationEffects.payOut(walk, effects);
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
}
