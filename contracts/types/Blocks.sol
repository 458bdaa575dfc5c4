// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A committed block as later calls take it; the contract keeps only its hash.
/// @param blockNumber Number of the block; genesis is 0.
/// @param priorityRequests Requests of the priority queue that the block serves.
/// @param timestamp Unix seconds.
/// @param payoutsHash Rolling hash of the block's payouts, see the library `Payouts`; 0 if it
/// has none.
/// @param stateRoot State root after the block.
/// @param commitment Hash that ties proofs to this block and all before it, see the library
/// `Commitment`.
struct StoredBlock {
    uint32 blockNumber;
    uint32 priorityRequests;
    uint64 timestamp;
    bytes32 payoutsHash;
    uint256 stateRoot;
    bytes32 commitment;
}

/// @notice A block to commit.
/// @param timestamp Unix seconds.
/// @param feeAccountId Account that receives the block's fees.
/// @param kind Id of the block's kind: that of its verification key, with the slots of its circuit
/// in the lowest bits, see `ProtocolConstants.KIND_SLOTS_MASK`.
/// @param newStateRoot State root after the block.
/// @param digest Poseidon digest of the block's data, roots, header and domain; it is fixed before
/// the challenge z is known.
/// @param pubdata Records and extensions, see docs/pubdata.md.
/// @param authorizations One for each ChangePubKey of the block, in slot order; see the library
/// `Authorization`.
struct CommitBlock {
    uint64 timestamp;
    uint32 feeAccountId;
    uint32 kind;
    uint256 newStateRoot;
    uint256 digest;
    bytes pubdata;
    bytes[] authorizations;
}

/// @notice The preimage of a block's commitment, and the block's proof.
/// @dev Its words are exactly a claim of `IVerifier.verifyProofs`.
/// @param kind Id of the block's kind.
/// @param digest Poseidon digest of all values that the proof is bound to.
/// @param z Challenge: the point at which the polynomial of these values is evaluated.
/// @param y Value of the polynomial at z.
/// @param proof Groth16 proof in the order of EIP-197: a, b (imaginary parts first), c.
struct ProveBlock {
    uint32 kind;
    uint256 digest;
    uint256 z;
    uint256 y;
    uint256[8] proof;
}

/// @notice A payment that an executed block makes on L1.
/// @param recipient Address that is paid.
/// @param tokenId Token of the registry; 0 is ETH.
/// @param amount In the token's smallest unit; never 0.
struct Payout {
    address recipient;
    uint16 tokenId;
    uint128 amount;
}

/// @notice A proven block to execute.
/// @param storedBlock The block.
/// @param payouts All its payouts in slot order, or none: then all of them stay open.
struct ExecuteBlock {
    StoredBlock storedBlock;
    Payout[] payouts;
}
