// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A claim in exodus: an account's balance of a token in the last executed state.
/// @param accountId Account that exits.
/// @param tokenId Token of the registry; 0 is ETH.
/// @param owner Owner of the account, who is paid.
/// @param amount The whole balance, in the token's smallest unit.
struct ExitClaim {
    uint32 accountId;
    uint16 tokenId;
    address owner;
    uint128 amount;
}

/// @notice A deposit in the priority queue.
/// @param requestId Place in the queue.
/// @param owner Owner of the account to credit, who gets a cancelled deposit back.
/// @param tokenId Token of the registry; 0 is ETH.
/// @param amount In the token's smallest unit.
struct QueuedDeposit {
    uint64 requestId;
    address owner;
    uint16 tokenId;
    uint128 amount;
}
