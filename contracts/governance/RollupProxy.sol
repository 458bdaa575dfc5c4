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
/// @notice Holds the money and the state, and runs the code of an implementation. An upgrade
/// replaces the implementation after a notice that leaves users time to exit; in exodus none can.
/// @dev The proxy is transparent, not UUPS: the implementation cannot upgrade itself, so no mistake
/// in it can open or close that way, or let its own address be taken over.
///
/// The upgrader is fixed: an `UpgradeTimelock` that this contract creates. Its code and its state
/// are therefore known. A timelock given by address would have to be asked whether it keeps the
/// notice, and any contract can answer yes. The fixed one loses nothing, because its own
/// announcements can change its proposers and prolong its delay. Another owner of the proxy's admin
/// can upgrade nothing.
contract RollupProxy is TransparentUpgradeableProxy {
    /// @dev The timelock is the second contract that the proxy creates: its admin is the first, and
    /// the nonce of a contract starts at 1.
    bytes1 private constant TIMELOCK_NONCE = 0x02;

    /// @dev The timelock; on a local chain, an account if the deployer names one.
    // solhint-disable-next-line immutable-vars-naming
    address private immutable _upgrader;

    /// @notice Only an `UpgradeTimelock` may upgrade on a chain that is not local.
    /// @param upgrader Upgrader that the deployer names.
    error UpgraderWithoutNotice(address upgrader);
    /// @notice Only the upgrader that the proxy was deployed with may upgrade.
    /// @param upgrader Owner of the proxy's admin.
    /// @param expected The upgrader.
    error UpgraderReplaced(address upgrader, address expected);

    /// @dev Initializes the rollup, so that nobody else can do it first. Reverts with
    /// `UpgraderWithoutNotice`, or as `Rollup.initialize` does.
    /// @param implementation Code of the rollup.
    /// @param proposers Accounts that announce upgrades to the timelock; with none the code never
    /// changes.
    /// @param localUpgrader Account that upgrades at once, without a timelock, on a local chain;
    /// zero elsewhere.
    /// @param params Parameters of the rollup; the upgrader governs if their governor is zero.
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

    /// @dev Refuses upgrades in exodus: nobody watches then, so the rules for leaving must not
    /// change.
    function _fallback() internal override {
        if (msg.sender == _proxyAdmin()) {
            IRollup rollup = IRollup(address(this));
            if (rollup.exodusMode()) revert IRollup.ExodusMode();
            address upgrader = Ownable(msg.sender).owner();
            if (upgrader != _upgrader) revert UpgraderReplaced(upgrader, _upgrader);
            // An earlier upgrade may have let requests wait longer than the notice covers.
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

    /// @dev Address that CREATE gives the timelock: a hash of the RLP of [this address, nonce].
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
