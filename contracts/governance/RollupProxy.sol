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
///
/// Who upgrades is fixed: an `UpgradeTimelock` that this contract creates. So its code and its
/// state are known, and nobody has to be asked whether he keeps the notice; a contract could answer
/// what is wanted. The timelock's own announcements can change who proposes and prolong the delay,
/// so nothing is lost by that. Whoever else becomes the owner of the proxy's admin can upgrade
/// nothing.
contract RollupProxy is TransparentUpgradeableProxy {
    /// @dev The first contract that the proxy creates is its admin; a contract's nonce starts at 1.
    bytes1 private constant TIMELOCK_NONCE = 0x02;

    /// @dev The timelock, or on a local chain perhaps an account.
    // solhint-disable-next-line immutable-vars-naming
    address private immutable _upgrader;

    /// @notice On a chain that is not local only an `UpgradeTimelock` may upgrade.
    error UpgraderWithoutNotice(address upgrader);
    /// @notice Only the upgrader that the proxy was made with may upgrade.
    error UpgraderReplaced(address upgrader, address expected);

    /// @dev The rollup is initialised here: there is no moment at which somebody else could do it.
    /// @param proposers Who announce upgrades to the timelock; with none the code never changes.
    /// @param localUpgrader On a local chain, who upgrades at once instead of a timelock; else the
    /// zero address.
    /// @param params With the zero address as governor, the upgrader is that, too.
    constructor(
        Rollup implementation,
        address[] memory proposers,
        address localUpgrader,
        InitializeParams memory params
    )
        TransparentUpgradeableProxy(
            address(implementation),
            _upgraderOf(localUpgrader),
            _initialization(params, _upgraderOf(localUpgrader))
        )
    {
        _upgrader = _upgraderOf(localUpgrader);
        if (localUpgrader == address(0)) {
            UpgradeTimelock timelock = new UpgradeTimelock(
                params.priorityExpirationSeconds,
                proposers
            );
            assert(address(timelock) == _upgrader);
        } else if (!LocalChain.isLocal()) {
            revert UpgraderWithoutNotice(localUpgrader);
        }
    }

    /// @dev In an exodus nobody watches any more, so the rules for leaving must last.
    function _fallback() internal override {
        if (msg.sender == _proxyAdmin()) {
            IRollup rollup = IRollup(address(this));
            if (rollup.exodusMode()) revert IRollup.ExodusMode();
            address upgrader = Ownable(msg.sender).owner();
            if (upgrader != _upgrader) revert UpgraderReplaced(upgrader, _upgrader);
            // An upgrade may have let requests wait longer than they did.
            if (upgrader == _timelock()) {
                UpgradeTimelock(payable(upgrader)).requireCovers(
                    rollup.priorityExpirationSeconds()
                );
            }
        }
        super._fallback();
    }

    function _upgraderOf(address localUpgrader) private view returns (address) {
        return localUpgrader == address(0) ? _timelock() : localUpgrader;
    }

    /// @dev Where CREATE puts the timelock: a hash of the RLP of [this address, nonce].
    function _timelock() private view returns (address) {
        bytes memory rlp = abi.encodePacked(bytes2(0xd694), address(this), TIMELOCK_NONCE);
        return address(uint160(uint256(keccak256(rlp))));
    }

    function _initialization(
        InitializeParams memory params,
        address upgrader
    ) private pure returns (bytes memory) {
        if (params.governor == address(0)) params.governor = upgrader;
        return abi.encodeCall(Rollup.initialize, (params));
    }
}
