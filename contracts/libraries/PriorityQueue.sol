// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";

/// @title Requests that blocks must serve, in order and in time
library PriorityQueue {
    /// @dev Takes one storage slot. A hash of 192 bits has 96 bits of security against collisions,
    /// which costs an attacker more than two confused requests could bring.
    /// @param requestHash See `hashRequest`; 0 for none.
    /// @param expiration Unix second at which the request expires.
    struct Request {
        bytes24 requestHash;
        uint64 expiration;
    }

    /// @dev The counters share one storage slot, also those of blocks: to commit or execute a block
    /// changes one of each kind.
    /// @param requests By id; kept after execution, because clearing them costs more gas than it
    /// refunds.
    /// @param firstOpen First request that no executed block serves.
    /// @param firstUncommitted First request that no committed block serves.
    /// @param next Id of the next request to come.
    /// @param committedBlocks Number of the last committed block.
    /// @param executedBlocks Number of the last executed block.
    struct Queue {
        mapping(uint64 requestId => Request) requests;
        uint64 firstOpen;
        uint64 firstUncommitted;
        uint64 next;
        uint32 committedBlocks;
        uint32 executedBlocks;
    }

    /// @notice Appends a request.
    /// @param queue The priority queue.
    /// @param op Operation code: deposit or full exit.
    /// @param owner Owner to credit, or who asks for the full exit.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param accountId Account to exit; 0 for a deposit.
    /// @param amount Amount deposited; 0 for a full exit.
    /// @param expirationSeconds Seconds that the request may wait.
    function add(
        Queue storage queue,
        uint8 op,
        address owner,
        uint16 tokenId,
        uint32 accountId,
        uint128 amount,
        uint256 expirationSeconds
    ) internal {
        uint64 requestId = queue.next++;
        uint64 expiration = uint64(block.timestamp + expirationSeconds);
        queue.requests[requestId] = Request(
            hashRequest(op, owner, tokenId, accountId, amount),
            expiration
        );
        emit IRollup.PriorityRequestAdded(
            requestId,
            op,
            owner,
            tokenId,
            accountId,
            amount,
            expiration
        );
    }

    /// @notice Reverts unless the oldest open request has expired.
    /// @dev Reverts with `NoOpenRequest` or `RequestNotExpired`.
    /// @param queue The priority queue.
    /// @return requestId Id of that request.
    function requireExpiredRequest(Queue storage queue) internal view returns (uint64 requestId) {
        requestId = queue.firstOpen;
        if (requestId == queue.next) revert IRollup.NoOpenRequest();
        uint64 expiration = queue.requests[requestId].expiration;
        if (block.timestamp < expiration) {
            revert IRollup.RequestNotExpired(requestId, expiration);
        }
    }

    /// @notice Whether a request exists and has this hash.
    /// @param queue The priority queue.
    /// @param requestId Id of the request.
    /// @param requestHash See `hashRequest`.
    /// @return True if it does.
    function isRequest(
        Queue storage queue,
        uint256 requestId,
        bytes24 requestHash
    ) internal view returns (bool) {
        return queue.requests[uint64(requestId)].requestHash == requestHash;
    }

    /// @notice Short hash of a request.
    /// @param op Operation code: deposit or full exit.
    /// @param owner Owner to credit, or who asks for the full exit.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param accountId Account to exit; 0 for a deposit.
    /// @param amount Amount deposited; 0 for a full exit.
    /// @return First 24 bytes of keccak256 of the five words.
    function hashRequest(
        uint256 op,
        address owner,
        uint16 tokenId,
        uint32 accountId,
        uint128 amount
    ) internal pure returns (bytes24) {
        return bytes24(keccak256(abi.encode(op, owner, tokenId, accountId, amount)));
    }

    /// @notice Short hash of a deposit, which a block credits or refunds, or its owner cancels.
    /// @param owner Owner to credit.
    /// @param tokenId Token of the registry; 0 is ETH.
    /// @param amount Amount deposited.
    /// @return See `hashRequest`.
    function hashDeposit(
        address owner,
        uint16 tokenId,
        uint128 amount
    ) internal pure returns (bytes24) {
        return hashRequest(ProtocolConstants.OP_DEPOSIT, owner, tokenId, 0, amount);
    }
}
