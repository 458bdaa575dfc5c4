// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What an account holds of a token in the last executed state.
/// @param accountId The account.
/// @param tokenId Token of the registry; 0 is ETH.
/// @param owner Owner of the account, who is paid.
/// @param amount The whole balance, in the token's smallest unit.
struct ExitClaim {
    uint32 accountId;
    uint16 tokenId;
    address owner;
    uint128 amount;
}

/// @notice A deposit as it stands in the priority queue.
/// @param requestId Place in the queue.
/// @param owner Whose account was to be credited, and who gets the deposit back.
/// @param tokenId Token of the registry; 0 is ETH.
/// @param amount In the token's smallest unit.
struct QueuedDeposit {
    uint64 requestId;
    address owner;
    uint16 tokenId;
    uint128 amount;
}
