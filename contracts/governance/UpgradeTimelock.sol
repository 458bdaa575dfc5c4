// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Announces what governance will do, early enough for every user to leave first
/// @dev OpenZeppelin's timelock, administered by itself alone, with a floor under its delay.
/// Whoever does not like what is announced asks for a full exit at once: a censored request expires
/// before the notice ends, and `EXIT_WINDOW_SECONDS` are left for the exodus.
contract UpgradeTimelock is TimelockController {
    /// @notice Part of the notice for starting an exodus, proving exits and being paid.
    uint256 public constant EXIT_WINDOW_SECONDS = 7 days;
    /// @notice For so long after its notice an announcement can be carried out; then it must be
    /// made again. Otherwise one that everybody has forgotten, or that was made before most users
    /// came, would be a way to upgrade without any notice.
    uint256 public constant EXECUTION_WINDOW_SECONDS = 14 days;

    /// @notice The delay can never be shorter.
    // solhint-disable-next-line immutable-vars-naming
    uint256 public immutable noticeSeconds;

    /// @notice The delay would leave users too little time.
    error NoticeTooShort(uint256 delaySeconds, uint256 neededSeconds);

    /// @param priorityExpirationSeconds How long the rollup lets a request wait.
    /// @param proposers Who may announce, carry out and cancel.
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

    /// @notice Changes the delay of announcements to come; only by an announcement itself.
    /// @param newDelay In seconds; at least `noticeSeconds`.
    function updateDelay(uint256 newDelay) public override {
        if (newDelay < noticeSeconds) revert NoticeTooShort(newDelay, noticeSeconds);
        super.updateDelay(newDelay);
    }

    /// @notice What has become of an announcement; one that was not carried out in time is none.
    function getOperationState(bytes32 id) public view override returns (OperationState) {
        OperationState state = super.getOperationState(id);
        if (state != OperationState.Ready) return state;
        bool isLate = block.timestamp > getTimestamp(id) + EXECUTION_WINDOW_SECONDS;
        return isLate ? OperationState.Unset : state;
    }

    /// @notice Reverts unless users of a rollup whose requests may wait this long can exit in time.
    function requireCovers(uint256 priorityExpirationSeconds) external view {
        uint256 neededSeconds = priorityExpirationSeconds + EXIT_WINDOW_SECONDS;
        if (noticeSeconds < neededSeconds) revert NoticeTooShort(noticeSeconds, neededSeconds);
    }
}
