// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Payouts} from "../../contracts/libraries/Payouts.sol";
import {Payout} from "../../contracts/types/Blocks.sol";

/// @notice Compares the assembly of the payouts hash with Solidity's own encoder.
contract PayoutsTest {
    function testFuzz_AppendIsTheHashOfTheEncoding(
        bytes32 hash,
        address recipient,
        uint16 tokenId,
        uint128 amount
    ) external pure {
        bytes32 expected = keccak256(abi.encode(hash, recipient, tokenId, amount));
        require(Payouts.append(hash, recipient, tokenId, amount) == expected, "hash");
    }

    function testFuzz_AppendTakesNoNoticeOfBitsAboveAType(
        bytes32 hash,
        uint256 recipientBits,
        uint256 tokenBits,
        uint256 amountBits
    ) external pure {
        address recipient;
        uint16 tokenId;
        uint128 amount;
        assembly ("memory-safe") {
            recipient := recipientBits
            tokenId := tokenBits
            amount := amountBits
        }
        bytes32 expected = keccak256(abi.encode(hash, recipient, tokenId, amount));
        require(Payouts.append(hash, recipient, tokenId, amount) == expected, "hash");
    }

    function testFuzz_ListIsHashedInOrder(Payout[] calldata payouts) external pure {
        bytes32 expected;
        for (uint256 i = 0; i < payouts.length; ++i) {
            Payout calldata payout = payouts[i];
            expected = keccak256(
                abi.encode(expected, payout.recipient, payout.tokenId, payout.amount)
            );
        }
        require(Payouts.hash(payouts) == expected, "hash");
    }
}
