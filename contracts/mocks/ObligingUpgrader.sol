// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title An upgrader that claims to keep every notice and keeps none, for tests only
contract ObligingUpgrader {
    function requireCovers(uint256) external pure returns (bool) {
        return true;
    }

    /// @notice Calls any contract at once, for any caller.
    function execute(address target, bytes calldata data) external {
        (bool success, bytes memory result) = target.call(data);
        if (success) return;
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }
}
