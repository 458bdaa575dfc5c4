// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A recipient of ETH with a misbehavior that a test selects
contract OddRecipient {
    enum Behavior {
        Accept,
        Revert,
        BurnGas,
        ReturnBomb,
        Reenter
    }

    error Refused();

    Behavior public behavior;
    address private _target;
    bytes private _call;
    /// @notice Whether the call of `Reenter` succeeded.
    bool public reentered;

    // solhint-disable-next-line no-complex-fallback
    receive() external payable {
        if (behavior == Behavior.Revert) revert Refused();
        if (behavior == Behavior.Reenter) (reentered, ) = _target.call(_call);
        uint256 choice = uint256(behavior);
        assembly ("memory-safe") {
            switch choice
            case 2 {
                invalid()
            }
            case 3 {
                return(0, 100000)
            }
        }
    }

    function setBehavior(Behavior newBehavior) external {
        behavior = newBehavior;
    }

    /// @notice Sets the call that `Reenter` makes when it is paid.
    function setReentrantCall(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }
}
