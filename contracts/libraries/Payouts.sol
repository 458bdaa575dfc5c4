// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {Payout} from "../types/Blocks.sol";
import {TokenRegistry} from "./TokenRegistry.sol";

/// @title Payments from the rollup
/// @dev A payout is pushed with limited gas. Whatever the recipient or the token does with it, the
/// block goes on: a payment that fails becomes a pending balance that anyone may push later.
library Payouts {
    using TokenRegistry for TokenRegistry.Registry;

    struct Pending {
        mapping(address owner => mapping(uint16 tokenId => uint256)) amounts;
    }

    /// @dev Enough for a wallet contract's receive and for the common token behind a proxy.
    uint256 internal constant GAS_LIMIT = 100_000;
    /// @dev A call with value to a new account costs 36.6k, keeping a pending balance about 25k.
    uint256 private constant GAS_RESERVE = 70_000;
    /// @dev What one payout takes at most: of the gas that is left, 63/64 can be passed on
    /// (EIP-150).
    uint256 private constant GAS_NEEDED = GAS_LIMIT + GAS_LIMIT / 63 + GAS_RESERVE;

    /// @notice Adds a payout to the rolling hash of a block's payouts, which starts at 0.
    /// @return next keccak256(abi.encode(payoutsHash, recipient, tokenId, amount))
    function append(
        bytes32 payoutsHash,
        address recipient,
        uint16 tokenId,
        uint128 amount
    ) internal pure returns (bytes32 next) {
        // Whole words: in a shorter type the bits above may be anything.
        (uint256 recipientWord, uint256 tokenWord) = (uint160(recipient), tokenId);
        uint256 amountWord = amount;
        // The encoding stays above free memory: a block appends hundreds of times.
        assembly ("memory-safe") {
            let encoded := mload(0x40)
            mstore(encoded, payoutsHash)
            mstore(add(encoded, 0x20), recipientWord)
            mstore(add(encoded, 0x40), tokenWord)
            mstore(add(encoded, 0x60), amountWord)
            next := keccak256(encoded, 0x80)
        }
    }

    /// @notice Rolling hash of a list of payouts.
    function hash(Payout[] calldata payouts) internal pure returns (bytes32 payoutsHash) {
        for (uint256 i = 0; i < payouts.length; ++i) {
            Payout calldata payout = payouts[i];
            payoutsHash = append(payoutsHash, payout.recipient, payout.tokenId, payout.amount);
        }
    }

    /// @notice As `push`; reverts if the gas left is not enough to give the payment its due.
    function pay(
        Pending storage pending,
        TokenRegistry.Registry storage registry,
        address recipient,
        uint16 tokenId,
        uint128 amount
    ) internal {
        requireGas(0);
        push(pending, registry, recipient, tokenId, amount);
    }

    /// @notice Pays, or keeps the amount as pending balance if the payment fails.
    /// @dev The caller has made sure of the gas: with too little, every payment would fail.
    function push(
        Pending storage pending,
        TokenRegistry.Registry storage registry,
        address recipient,
        uint16 tokenId,
        uint128 amount
    ) internal {
        if (_send(registry.addresses[tokenId], tokenId, recipient, amount, GAS_LIMIT)) {
            emit IRollup.PayoutSent(recipient, tokenId, amount);
        } else {
            keep(pending, recipient, tokenId, amount);
        }
    }

    /// @notice Adds an amount to what waits for `owner`.
    function keep(Pending storage pending, address owner, uint16 tokenId, uint256 amount) internal {
        pending.amounts[owner][tokenId] += amount;
        emit IRollup.PayoutPending(owner, tokenId, amount);
    }

    /// @notice Pays a pending balance with all the gas there is; reverts if the payment fails.
    function payPending(
        Pending storage pending,
        TokenRegistry.Registry storage registry,
        address owner,
        address token
    ) internal {
        uint16 tokenId = registry.idOf(token);
        uint256 amount = pending.amounts[owner][tokenId];
        if (amount == 0) revert IRollup.NothingPending(owner, token);
        pending.amounts[owner][tokenId] = 0;
        if (!_send(token, tokenId, owner, amount, gasleft())) {
            revert IRollup.PayoutFailed(owner, tokenId, amount);
        }
        emit IRollup.PayoutSent(owner, tokenId, amount);
    }

    /// @notice Whether the gas left is enough for a whole payout, whatever its recipient does.
    /// @dev Without this a caller with little gas, or a gas estimate that searches for the least
    /// that does not revert, would turn every payout into a pending balance.
    /// @param reserved Gas that the caller needs afterwards.
    function hasGas(uint256 reserved) internal view returns (bool) {
        return gasleft() >= GAS_NEEDED + reserved;
    }

    /// @notice Reverts unless `hasGas`.
    function requireGas(uint256 reserved) internal view {
        if (!hasGas(reserved)) revert IRollup.GasInsufficient(gasleft(), GAS_NEEDED + reserved);
    }

    function _send(
        address token,
        uint16 tokenId,
        address recipient,
        uint256 amount,
        uint256 gasLimit
    ) private returns (bool) {
        return
            tokenId == ProtocolConstants.ETH_TOKEN_ID
                ? _sendEth(recipient, amount, gasLimit)
                : _sendErc20(token, recipient, amount, gasLimit);
    }

    /// @dev Copies no return data, so the recipient can not make the caller pay for its memory.
    function _sendEth(
        address recipient,
        uint256 amount,
        uint256 gasLimit
    ) private returns (bool sent) {
        assembly ("memory-safe") {
            sent := call(gasLimit, recipient, amount, 0, 0, 0, 0)
        }
    }

    /// @dev Like SafeERC20 (true or nothing from a contract is success), but with a gas limit,
    /// without reverting, and copying one word of return data at most.
    function _sendErc20(
        address token,
        address recipient,
        uint256 amount,
        uint256 gasLimit
    ) private returns (bool sent) {
        bytes memory data = abi.encodeCall(IERC20.transfer, (recipient, amount));
        assembly ("memory-safe") {
            mstore(0, 0)
            sent := call(gasLimit, token, 0, add(data, 0x20), mload(data), 0, 0x20)
            switch returndatasize()
            case 0 {
                sent := and(sent, iszero(iszero(extcodesize(token))))
            }
            default {
                sent := and(sent, eq(mload(0), 1))
            }
        }
    }
}
