// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {Payouts} from "./Payouts.sol";

/// @title What a priority request costs
/// @dev Blocks must serve every request before anything else, so requests that cost nothing could
/// fill them. The fee is bounded here, so that no governor can keep anybody in with it.
library RequestFee {
    using Payouts for Payouts.Pending;

    /// @param recipient Whose pending balance the fees become.
    /// @param feeWei Per request.
    struct Settings {
        address recipient;
        uint96 feeWei;
    }

    uint256 internal constant REQUEST_FEE_MAX_WEI = 0.01 ether;

    /// @notice Sets who gets the fees; the zero address for the governor.
    function setRecipient(Settings storage fee, address recipient, address governor) internal {
        fee.recipient = recipient == address(0) ? governor : recipient;
        emit IRollup.RequestFeeRecipientSet(fee.recipient);
    }

    /// @notice Sets the fee.
    function set(Settings storage fee, uint256 feeWei) internal {
        if (feeWei > REQUEST_FEE_MAX_WEI) {
            revert IRollup.RequestFeeTooHigh(feeWei, REQUEST_FEE_MAX_WEI);
        }
        fee.feeWei = uint96(feeWei);
        emit IRollup.RequestFeeSet(feeWei);
    }

    /// @notice Takes the fee from the ETH sent along.
    /// @return rest What is left of that.
    function take(
        Settings storage fee,
        Payouts.Pending storage pending
    ) internal returns (uint256 rest) {
        uint256 feeWei = fee.feeWei;
        if (msg.value < feeWei) revert IRollup.RequestFeeTooLow(msg.value, feeWei);
        if (feeWei != 0) _keep(pending, fee.recipient, feeWei);
        return msg.value - feeWei;
    }

    /// @notice Takes the fee from the ETH sent along; the rest becomes a pending balance of the
    /// caller.
    function takeAndKeepRest(Settings storage fee, Payouts.Pending storage pending) internal {
        uint256 rest = take(fee, pending);
        if (rest != 0) _keep(pending, msg.sender, rest);
    }

    function _keep(Payouts.Pending storage pending, address owner, uint256 amountWei) private {
        pending.keep(owner, uint16(ProtocolConstants.ETH_TOKEN_ID), amountWei);
    }
}
