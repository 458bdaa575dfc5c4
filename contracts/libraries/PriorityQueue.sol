// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {IRollup} from "../interfaces/IRollup.sol";

/// @title L1 requests that blocks must serve, in order and in time
library PriorityQueue {
    /// @dev One storage slot. 192 bits of hash leave 96 bits of security against collisions, more
    /// than finding two requests worth confusing is worth.
    struct Request {
        bytes24 requestHash;
        uint64 expiration;
    }

    /// @dev The counters share one storage slot. Those of blocks are among them because a block
    /// that is committed or executed moves one of each kind.
    /// @param requests By id; kept after execution, as clearing them would cost more than it
    /// refunds.
    /// @param firstOpen First request that is not executed.
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

    /// @notice Appends a request. Columns that the operation does not use are zero.
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

    /// @notice The oldest open request; reverts unless it has waited too long.
    function requireExpiredRequest(Queue storage queue) internal view returns (uint64 requestId) {
        requestId = queue.firstOpen;
        if (requestId == queue.next) revert IRollup.NoOpenRequest();
        uint64 expiration = queue.requests[requestId].expiration;
        if (block.timestamp < expiration) {
            revert IRollup.RequestNotExpired(requestId, expiration);
        }
    }

    /// @notice Whether the request `requestId` exists and has this hash.
    function isRequest(
        Queue storage queue,
        uint256 requestId,
        bytes24 requestHash
    ) internal view returns (bool) {
        return queue.requests[uint64(requestId)].requestHash == requestHash;
    }

    /// @notice Short hash of a request.
    function hashRequest(
        uint256 op,
        address owner,
        uint16 tokenId,
        uint32 accountId,
        uint128 amount
    ) internal pure returns (bytes24) {
        return bytes24(keccak256(abi.encode(op, owner, tokenId, accountId, amount)));
    }

    /// @notice Short hash of a deposit, as it is credited, refunded or cancelled.
    function hashDeposit(
        address owner,
        uint16 tokenId,
        uint128 amount
    ) internal pure returns (bytes24) {
        return hashRequest(ProtocolConstants.OP_DEPOSIT, owner, tokenId, 0, amount);
    }
}
