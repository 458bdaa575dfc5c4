// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {Payout} from "../types/Blocks.sol";
import {TokenRegistry} from "./TokenRegistry.sol";

/// @title Payments of the rollup
/// @dev A payout gets limited gas. A recipient or token that makes it fail does not stop the block:
/// the amount becomes a pending balance that anyone may pay later.
library Payouts {
    using TokenRegistry for TokenRegistry.Registry;

    /// @param amounts Pending balances.
    struct Pending {
        mapping(address owner => mapping(uint16 tokenId => uint256)) amounts;
    }

    /// @dev Gas of a payout: enough for a wallet contract's receive function and for a common token
    /// behind a proxy.
    uint256 internal constant GAS_LIMIT = 100_000;
    /// @dev Gas around a payout: a call with value to a new account costs 36.6k, storing a pending
    /// balance about 25k.
    uint256 private constant GAS_RESERVE = 70_000;
    /// @dev Most gas that one payout takes: a call passes on at most 63/64 of the gas that is left
    /// (EIP-150).
    uint256 private constant GAS_NEEDED = GAS_LIMIT + GAS_LIMIT / 63 + GAS_RESERVE;

    /// @notice Adds a payout to the rolling hash of a block's payouts, which starts at 0.
    /// @param payoutsHash Rolling hash of the payouts before.
    /// @param recipient Address that is paid.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param amount In the token's smallest unit.
    /// @return next keccak256(abi.encode(payoutsHash, recipient, tokenId, amount))
    function append(
        bytes32 payoutsHash,
        address recipient,
        uint16 tokenId,
        uint128 amount
    ) internal pure returns (bytes32 next) {
        // Whole words: the unused upper bits of a shorter type may be set.
        (uint256 recipientWord, uint256 tokenWord) = (uint160(recipient), tokenId);
        uint256 amountWord = amount;
        // The encoding allocates no memory: a block appends hundreds of payouts.
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
    /// @param payouts Payouts in slot order.
    /// @return payoutsHash See `append`; 0 for an empty list.
    function hash(Payout[] calldata payouts) internal pure returns (bytes32 payoutsHash) {
        for (uint256 i = 0; i < payouts.length; ++i) {
            Payout calldata payout = payouts[i];
            payoutsHash = append(payoutsHash, payout.recipient, payout.tokenId, payout.amount);
        }
    }

    /// @notice Does the same as `push`, but reverts with `GasInsufficient` if the gas left does not
    /// cover a whole payout.
    /// @param pending Pending balances.
    /// @param registry Listed tokens.
    /// @param recipient Address that is paid.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param amount In the token's smallest unit.
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

    /// @notice Pays an amount; if the payment fails, adds it to the recipient's pending balance.
    /// @dev The caller has checked the gas: with too little, every payment would fail.
    /// @param pending Pending balances.
    /// @param registry Listed tokens.
    /// @param recipient Address that is paid.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param amount In the token's smallest unit.
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

    /// @notice Adds an amount to a pending balance.
    /// @param pending Pending balances.
    /// @param owner Owner of the pending balance.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param amount In the token's smallest unit.
    function keep(Pending storage pending, address owner, uint16 tokenId, uint256 amount) internal {
        pending.amounts[owner][tokenId] += amount;
        emit IRollup.PayoutPending(owner, tokenId, amount);
    }

    /// @notice Pays a whole pending balance with all gas that is left.
    /// @dev Reverts with `TokenNotListed`, `NothingPending`, or `PayoutFailed` if the payment
    /// fails.
    /// @param pending Pending balances.
    /// @param registry Listed tokens.
    /// @param owner Owner of the pending balance.
    /// @param token Address of a listed token; zero for ETH.
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

    /// @notice Whether the gas left covers a whole payout, no matter what its recipient does.
    /// @dev Without this check a caller with little gas, or a gas estimate that searches for the
    /// lowest limit that does not revert, would turn every payout into a pending balance.
    /// @param reserved Gas that the caller needs after the payout.
    /// @return True if it does.
    function hasGas(uint256 reserved) internal view returns (bool) {
        return gasleft() >= GAS_NEEDED + reserved;
    }

    /// @notice Reverts with `GasInsufficient` unless `hasGas`.
    /// @param reserved Gas that the caller needs after the payout.
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

    /// @dev Copies no return data, so the recipient cannot make the caller pay for memory.
    function _sendEth(
        address recipient,
        uint256 amount,
        uint256 gasLimit
    ) private returns (bool sent) {
        assembly ("memory-safe") {
            sent := call(gasLimit, recipient, amount, 0, 0, 0, 0)
        }
    }

    /// @dev Judges success like SafeERC20 (a contract returns true or nothing), but has a gas
    /// limit, does not revert, and copies at most one word of return data.
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
