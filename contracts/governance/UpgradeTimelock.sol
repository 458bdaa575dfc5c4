// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Announces the actions of governance, early enough for every user to leave first
/// @dev It is OpenZeppelin's timelock, administered only by itself, with a minimum delay. A user
/// who objects to an announcement requests a full exit at once: even a censored request expires
/// before the notice ends, and `EXIT_WINDOW_SECONDS` are left for the exodus.
contract UpgradeTimelock is TimelockController {
    /// @notice Seconds of the notice that are left to start an exodus, prove exits and be paid.
    uint256 public constant EXIT_WINDOW_SECONDS = 7 days;
    /// @notice Seconds after its notice in which an announcement can be carried out; then it must
    /// be made again. Otherwise a forgotten announcement, or one made before most users came,
    /// would allow an upgrade without any notice.
    uint256 public constant EXECUTION_WINDOW_SECONDS = 14 days;

    /// @notice Minimum of the delay, in seconds.
    // solhint-disable-next-line immutable-vars-naming
    uint256 public immutable noticeSeconds;

    /// @notice The delay leaves users too little time.
    /// @param delaySeconds Delay, in seconds.
    /// @param neededSeconds Minimum, in seconds.
    error NoticeTooShort(uint256 delaySeconds, uint256 neededSeconds);

    /// @param priorityExpirationSeconds Seconds that a request of the rollup may wait.
    /// @param proposers Accounts that may announce, carry out and cancel.
    constructor(
        uint256 priorityExpirationSeconds,
        address[] memory proposers
    )
        TimelockController(
            priorityExpirationSeconds + EXIT_WINDOW_SECONDS,
            proposers,
            proposers,
            address(0)
        )
    {
        noticeSeconds = priorityExpirationSeconds + EXIT_WINDOW_SECONDS;
    }

    /// @notice Changes the delay of further announcements; only an announcement may call this.
    /// @dev Reverts with `NoticeTooShort`.
    /// @param newDelay In seconds; at least `noticeSeconds`.
    function updateDelay(uint256 newDelay) public override {
        if (newDelay < noticeSeconds) revert NoticeTooShort(newDelay, noticeSeconds);
        super.updateDelay(newDelay);
    }

    /// @notice State of an announcement; one that was not carried out in time counts as not made.
    /// @param id Hash of the announced calls, as OpenZeppelin computes it.
    function getOperationState(bytes32 id) public view override returns (OperationState) {
        OperationState state = super.getOperationState(id);
        if (state != OperationState.Ready) return state;
        bool isLate = block.timestamp > getTimestamp(id) + EXECUTION_WINDOW_SECONDS;
        return isLate ? OperationState.Unset : state;
    }

    /// @notice Reverts with `NoticeTooShort` unless the notice leaves users time to exit.
    /// @param priorityExpirationSeconds Seconds that a request of the rollup may wait.
    function requireCovers(uint256 priorityExpirationSeconds) external view {
        uint256 neededSeconds = priorityExpirationSeconds + EXIT_WINDOW_SECONDS;
        if (noticeSeconds < neededSeconds) revert NoticeTooShort(noticeSeconds, neededSeconds);
    }
}
