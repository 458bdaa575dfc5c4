// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRollup} from "../interfaces/IRollup.sol";
import {ExecuteBlock, Payout} from "../types/Blocks.sol";
import {Payouts} from "./Payouts.sol";
import {TokenRegistry} from "./TokenRegistry.sol";

/// @title Open payouts of executed blocks
/// @dev A transaction has limited gas, and the recipient of a payout decides how much it takes. So
/// a block is final before its payouts are made. The contract records only those that stay open,
/// and anyone can make them later, in any order, each once.
library OpenPayouts {
    using Payouts for Payouts.Pending;

    /// @param open Number of open payouts; NOT_COUNTED if execution was given no payouts.
    /// @param firstOpen Index of the first payout that execution did not make.
    struct BlockPayouts {
        uint32 open;
        uint32 firstOpen;
    }

    /// @param blocks Zeros for blocks without open payouts, so that an ordinary execution writes
    /// nothing.
    /// @param made Bitmaps of the payouts made after execution, 256 per word.
    struct Record {
        mapping(uint32 blockNumber => BlockPayouts) blocks;
        mapping(uint32 blockNumber => mapping(uint256 word => uint256)) made;
    }

    uint32 internal constant NOT_COUNTED = type(uint32).max;

    /// @dev Gas to record the open payouts of a block, or that a payout is made: up to 22,100 for a
    /// new word, 5,000 for another one, and 2,000 for the event.
    uint256 private constant WRITING_GAS = 35_000;

    /// @notice Makes the payouts of newly executed blocks while gas is left, and records which stay
    /// open.
    /// @param record Open payouts.
    /// @param pending Pending balances, for payouts that fail.
    /// @param registry Listed tokens.
    /// @param blocks The blocks, each with all its payouts or none.
    function payWhileGasLasts(
        Record storage record,
        Payouts.Pending storage pending,
        TokenRegistry.Registry storage registry,
        ExecuteBlock[] calldata blocks
    ) internal {
        uint256 reservedGas = blocks.length * WRITING_GAS;
        for (uint256 i = 0; i < blocks.length; ++i) {
            ExecuteBlock calldata executed = blocks[i];
            Payout[] calldata payouts = executed.payouts;
            uint256 made = 0;
            while (made < payouts.length && Payouts.hasGas(reservedGas)) {
                _push(pending, registry, payouts[made]);
                ++made;
            }
            reservedGas -= WRITING_GAS;
            uint256 open = payouts.length - made;
            if (payouts.length == 0 && executed.storedBlock.payoutsHash != 0) open = NOT_COUNTED;
            if (open == 0) continue;
            uint32 blockNumber = executed.storedBlock.blockNumber;
            record.blocks[blockNumber] = BlockPayouts(uint32(open), uint32(made));
            emit IRollup.PayoutsOpen(blockNumber, uint32(open));
        }
    }

    /// @notice Makes open payouts of an executed block; see `IRollup.payOut`.
    /// @dev Reverts with `GasInsufficient`.
    /// @param record Open payouts.
    /// @param pending Pending balances, for payouts that fail.
    /// @param registry Listed tokens.
    /// @param blockNumber The block.
    /// @param payouts All payouts of the block, in slot order.
    /// @param first Index of the first payout of the range.
    /// @param count Payouts in the range.
    function pay(
        Record storage record,
        Payouts.Pending storage pending,
        TokenRegistry.Registry storage registry,
        uint32 blockNumber,
        Payout[] calldata payouts,
        uint256 first,
        uint256 count
    ) internal {
        BlockPayouts storage counted = record.blocks[blockNumber];
        uint32 open = counted.open;
        if (open == NOT_COUNTED) counted.open = open = uint32(payouts.length);
        bool isAnyMade = false;
        for (uint256 i = first; i < payouts.length && count != 0 && open != 0; ++i) {
            --count;
            if (isMade(record, blockNumber, i)) continue;
            // Exactly one check per payout: a second one would see less gas than the first.
            if (!isAnyMade) Payouts.requireGas(WRITING_GAS);
            else if (!Payouts.hasGas(WRITING_GAS)) break;
            // Recorded before the recipient gets control, so that nobody is paid twice.
            record.made[blockNumber][i >> 8] |= 1 << (i & 0xff);
            counted.open = --open;
            _push(pending, registry, payouts[i]);
            isAnyMade = true;
        }
        emit IRollup.PayoutsOpen(blockNumber, open);
    }

    /// @notice Whether a payout is made, of a block with open payouts.
    /// @param record Open payouts.
    /// @param blockNumber The block.
    /// @param index Index of the payout, in slot order.
    /// @return True if it is made.
    function isMade(
        Record storage record,
        uint32 blockNumber,
        uint256 index
    ) internal view returns (bool) {
        if (index < record.blocks[blockNumber].firstOpen) return true;
        return (record.made[blockNumber][index >> 8] >> (index & 0xff)) & 1 != 0;
    }

    function _push(
        Payouts.Pending storage pending,
        TokenRegistry.Registry storage registry,
        Payout calldata payout
    ) private {
        pending.push(registry, payout.recipient, payout.tokenId, payout.amount);
    }
}
