// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice A committed block as later calls need it; the contract keeps only its hash.
/// @param blockNumber Genesis is 0.
/// @param priorityRequests Requests of the priority queue that the block serves.
/// @param timestamp Unix seconds.
/// @param payoutsHash Rolling hash of the block's payouts, see the library `Payouts`; 0 if there is
/// none.
/// @param stateRoot State root after the block.
/// @param commitment Hash that ties proofs to the block and all before it, see the library
/// `Commitment`.
struct StoredBlock {
    uint32 blockNumber;
    uint32 priorityRequests;
    uint64 timestamp;
    bytes32 payoutsHash;
    uint256 stateRoot;
    bytes32 commitment;
}

/// @notice A new block.
/// @param timestamp Unix seconds.
/// @param feeAccountId Account that receives the block's fees.
/// @param slots Size of the block's circuit; also the id of its verification key.
/// @param newStateRoot State root after the block.
/// @param digest Poseidon digest of the block's data, its roots, its header and the domain, fixed
/// before the challenge z is known.
/// @param pubdata Records and extensions, see docs/pubdata.md.
/// @param authorizations One per ChangePubKey of the block, in slot order; see `Authorization`.
struct CommitBlock {
    uint64 timestamp;
    uint32 feeAccountId;
    uint32 slots;
    uint256 newStateRoot;
    uint256 digest;
    bytes pubdata;
    bytes[] authorizations;
}

/// @notice What the commitment of a block was made of, and the block's proof.
/// @dev Word for word a claim as `IVerifier.verifyProofs` takes it.
/// @param slots Size of the block's circuit.
/// @param digest Poseidon digest of all that the proof is bound to.
/// @param z Challenge at which that is evaluated.
/// @param y Its value at z.
/// @param proof Groth16 proof in the order of EIP-197: a, b (imaginary parts first), c.
struct ProveBlock {
    uint32 slots;
    uint256 digest;
    uint256 z;
    uint256 y;
    uint256[8] proof;
}

/// @notice What a block pays out on L1.
/// @param recipient Who is paid.
/// @param tokenId Token of the registry; 0 is ETH.
/// @param amount In the token's smallest unit; never 0.
struct Payout {
    address recipient;
    uint16 tokenId;
    uint128 amount;
}

/// @notice A proven block and its payouts in slot order; without any, all that it has stay open.
struct ExecuteBlock {
    StoredBlock storedBlock;
    Payout[] payouts;
}
