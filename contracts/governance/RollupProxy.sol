// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
// prettier-ignore
import {
    TransparentUpgradeableProxy
} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {LocalChain} from "../libraries/LocalChain.sol";
import {Rollup} from "../Rollup.sol";
import {InitializeParams} from "../types/InitializeParams.sol";
import {UpgradeTimelock} from "./UpgradeTimelock.sol";

/// @title The address of a rollup
/// @notice Holds the money and the state; the code is that of an implementation, which can be
/// replaced after a notice that is long enough to exit, and never again once an exodus has begun.
/// @dev A transparent proxy rather than UUPS: the implementation then has no way to upgrade itself,
/// so no mistake in it can open that way, close it, or let its own address be taken over.
contract RollupProxy is TransparentUpgradeableProxy {
    /// @notice On a chain that is not local only an `UpgradeTimelock` may upgrade.
    error UpgraderWithoutNotice(address upgrader);

    /// @dev The rollup is initialised here: there is no moment at which somebody else could do it.
    /// @param upgrader An `UpgradeTimelock`; on a local chain also an account, which then upgrades
    /// at once.
    constructor(
        Rollup implementation,
        address upgrader,
        InitializeParams memory params
    )
        TransparentUpgradeableProxy(
            address(implementation),
            upgrader,
            abi.encodeCall(Rollup.initialize, (params))
        )
    {
        _requireNotice(upgrader, params.priorityExpirationSeconds);
    }

    /// @dev Users can count on the notice for as long as there is something to upgrade, whoever has
    /// become the upgrader since. In an exodus nobody watches any more, so the rules for leaving
    /// must last.
    function _fallback() internal override {
        if (msg.sender == _proxyAdmin()) {
            IRollup rollup = IRollup(address(this));
            if (rollup.exodusMode()) revert IRollup.ExodusMode();
            _requireNotice(Ownable(msg.sender).owner(), rollup.priorityExpirationSeconds());
        }
        super._fallback();
    }

    function _requireNotice(address upgrader, uint256 priorityExpirationSeconds) private view {
        if (upgrader.code.length != 0) {
            UpgradeTimelock(payable(upgrader)).requireCovers(priorityExpirationSeconds);
        } else if (!LocalChain.isLocal()) {
            revert UpgraderWithoutNotice(upgrader);
        }
    }
}
