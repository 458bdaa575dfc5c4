// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TestToken} from "./TestToken.sol";

/// @title An ERC-20 token with a misbehavior that a test selects
contract OddToken is TestToken {
    enum Behavior {
        Ordinary,
        Revert,
        ReturnFalse,
        ReturnGarbage,
        BurnGas,
        ReturnBomb,
        FeeOnTransfer,
        Reenter
    }

    error Refused();

    Behavior public behavior;
    address private _target;
    bytes private _call;
    /// @notice Whether the call of `Reenter` succeeded.
    bool public reentered;

    constructor() TestToken("Odd", "ODD") {}

    function setBehavior(Behavior newBehavior) external {
        behavior = newBehavior;
    }

    /// @notice Sets the call that `Reenter` makes during a transfer.
    function setReentrantCall(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        return _misbehave() && super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        return _misbehave() && super.transferFrom(from, to, amount);
    }

    /// @dev Burns the fee, which is one percent.
    function _update(address from, address to, uint256 amount) internal override {
        bool isTransfer = from != address(0) && to != address(0);
        uint256 fee = behavior == Behavior.FeeOnTransfer && isTransfer ? amount / 100 : 0;
        super._update(from, to, amount - fee);
        if (fee != 0) super._update(from, address(0), fee);
    }

    function _misbehave() private returns (bool) {
        if (behavior == Behavior.Revert) revert Refused();
        if (behavior == Behavior.ReturnFalse) return false;
        if (behavior == Behavior.Reenter) (reentered, ) = _target.call(_call);
        uint256 choice = uint256(behavior);
        assembly ("memory-safe") {
            switch choice
            case 3 {
                mstore(0, 2)
                return(0, 0x20)
            }
            case 4 {
                invalid()
            }
            case 5 {
                revert(0, 100000)
            }
        }
        return true;
    }
}
