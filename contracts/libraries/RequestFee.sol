// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {Payouts} from "./Payouts.sol";

/// @title Fee of priority requests
/// @dev Blocks must serve requests before L2 traffic, so requests without a fee could fill them.
/// The limit of the fee is a constant, so that no governor can keep users from leaving.
library RequestFee {
    using Payouts for Payouts.Pending;

    /// @param recipient Address whose pending balance the fees become.
    /// @param feeWei Fee of a request, in wei.
    struct Settings {
        address recipient;
        uint96 feeWei;
    }

    uint256 internal constant REQUEST_FEE_MAX_WEI = 0.01 ether;

    /// @notice Sets the recipient of the fees.
    /// @param fee Settings to change.
    /// @param recipient Address whose pending balance they become; zero for the governor.
    /// @param governor The governor.
    function setRecipient(Settings storage fee, address recipient, address governor) internal {
        fee.recipient = recipient == address(0) ? governor : recipient;
        emit IRollup.RequestFeeRecipientSet(fee.recipient);
    }

    /// @notice Sets the fee.
    /// @dev Reverts with `RequestFeeTooHigh`.
    /// @param fee Settings to change.
    /// @param feeWei In wei, at most `REQUEST_FEE_MAX_WEI`.
    function set(Settings storage fee, uint256 feeWei) internal {
        if (feeWei > REQUEST_FEE_MAX_WEI) {
            revert IRollup.RequestFeeTooHigh(feeWei, REQUEST_FEE_MAX_WEI);
        }
        fee.feeWei = uint96(feeWei);
        emit IRollup.RequestFeeSet(feeWei);
    }

    /// @notice Takes the fee from the ETH sent along.
    /// @dev Reverts with `RequestFeeTooLow`.
    /// @param fee Settings.
    /// @param pending Pending balances.
    /// @return rest ETH left, in wei.
    function take(
        Settings storage fee,
        Payouts.Pending storage pending
    ) internal returns (uint256 rest) {
        uint256 feeWei = fee.feeWei;
        if (msg.value < feeWei) revert IRollup.RequestFeeTooLow(msg.value, feeWei);
        if (feeWei != 0) _keep(pending, fee.recipient, feeWei);
        return msg.value - feeWei;
    }

    /// @notice Takes the fee from the ETH sent along, and adds the rest to the caller's pending
    /// balance.
    /// @dev Reverts with `RequestFeeTooLow`.
    /// @param fee Settings.
    /// @param pending Pending balances.
    function takeAndKeepRest(Settings storage fee, Payouts.Pending storage pending) internal {
        uint256 rest = take(fee, pending);
        if (rest != 0) _keep(pending, msg.sender, rest);
    }

    function _keep(Payouts.Pending storage pending, address owner, uint256 amountWei) private {
        pending.keep(owner, uint16(ProtocolConstants.ETH_TOKEN_ID), amountWei);
    }
}
