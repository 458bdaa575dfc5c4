// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../../contracts/generated/ProtocolConstants.sol";
import {Exits} from "../../contracts/libraries/Exits.sol";
import {PriorityQueue} from "../../contracts/libraries/PriorityQueue.sol";
import {QueuedDeposit} from "../../contracts/types/Exits.sol";

/// @notice Checks that the queue keeps every request in its place, and confuses no two.
contract PriorityQueueTest {
    using Exits for PriorityQueue.Queue;
    using PriorityQueue for PriorityQueue.Queue;

    PriorityQueue.Queue private queue;

    struct Request {
        uint8 op;
        address owner;
        uint16 tokenId;
        uint32 accountId;
        uint128 amount;
    }

    function _hash(Request memory r) private pure returns (bytes24) {
        return PriorityQueue.hashRequest(r.op, r.owner, r.tokenId, r.accountId, r.amount);
    }

    function testFuzz_RequestsKeepTheirPlaces(Request[5] memory requests, uint32 expiry) external {
        for (uint256 i = 0; i < 5; ++i) {
            Request memory r = requests[i];
            queue.add(r.op, r.owner, r.tokenId, r.accountId, r.amount, expiry);
        }
        require(queue.next == 5, "next");
        for (uint256 i = 0; i < 5; ++i) {
            require(queue.isRequest(i, _hash(requests[i])), "lost");
            require(queue.requests[uint64(i)].expiration == block.timestamp + expiry, "expiry");
            require(!queue.isRequest(5, _hash(requests[i])), "request never made");
        }
    }

    function cancel(QueuedDeposit calldata deposit) external {
        queue.cancel(deposit);
    }

    function _isCancelled(QueuedDeposit memory deposit) private returns (bool) {
        try this.cancel(deposit) {
            return true;
        } catch {
            return false;
        }
    }

    function testFuzz_ADepositIsCancelledAsItIsAndOnce(
        QueuedDeposit memory deposit,
        QueuedDeposit memory lie
    ) external {
        uint8 op = uint8(ProtocolConstants.OP_DEPOSIT);
        queue.add(op, deposit.owner, deposit.tokenId, 0, deposit.amount, 0);
        queue.add(op, lie.owner, lie.tokenId, 0, lie.amount, 0);
        (deposit.requestId, lie.requestId) = (0, 0);
        bool isTrue = keccak256(abi.encode(lie)) == keccak256(abi.encode(deposit));
        require(_isCancelled(lie) == isTrue, "a false deposit is refused");
        require(_isCancelled(deposit) == !isTrue, "cancelled once");
        require(!_isCancelled(deposit), "cancelled twice");
        lie.requestId = 1;
        require(_isCancelled(lie), "another deposit is unchanged");
    }

    function testFuzz_EveryColumnCounts(
        Request memory request,
        uint8 column,
        uint8 bit
    ) external pure {
        bytes24 original = _hash(request);
        column = column % 5;
        if (column == 0) request.op ^= uint8(1) << (bit % 8);
        if (column == 1)
            request.owner = address(uint160(request.owner) ^ (uint160(1) << (bit % 160)));
        if (column == 2) request.tokenId ^= uint16(1) << (bit % 16);
        if (column == 3) request.accountId ^= uint32(1) << (bit % 32);
        if (column == 4) request.amount ^= uint128(1) << (bit % 128);
        require(_hash(request) != original, "the same hash");
    }
}
