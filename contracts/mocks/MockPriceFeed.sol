// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title A price feed for tests: a mock of Chainlink's aggregators, which anyone may set
contract MockPriceFeed {
    uint8 public decimals = 18;
    int256 private _answer;
    uint256 private _updatedAt;

    /// @notice Sets what the feed answers.
    function set(int256 answer, uint256 updatedAt, uint8 newDecimals) external {
        _answer = answer;
        _updatedAt = updatedAt;
        decimals = newDecimals;
    }

    /// @notice Returns the answer in the form of Chainlink's feeds.
    function latestRoundData()
        external
        view
        returns (
            uint80 roundId,
            int256 answer,
            uint256 startedAt,
            uint256 updatedAt,
            uint80 answeredInRound
        )
    {
        return (1, _answer, _updatedAt, _updatedAt, 1);
    }
}
