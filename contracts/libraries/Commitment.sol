// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {ProveBlock, StoredBlock} from "../types/Blocks.sol";

/// @title What ties a proof to a block
/// @dev The circuit's public inputs, in order: oldStateRoot, newStateRoot, header, domain, digest,
/// z, y.
library Commitment {
    uint256 private constant PUBLIC_INPUTS = 7;

    /// @notice Public input that binds L2 signatures and proofs to this chain and this contract.
    function domain() internal view returns (uint256) {
        bytes32 tagged = keccak256(
            abi.encode(ProtocolConstants.DOMAIN_TAG_HASH, block.chainid, address(this))
        );
        return uint256(tagged) % ProtocolConstants.FIELD_MODULUS;
    }

    /// @notice The `header` public input.
    function header(
        uint32 blockNumber,
        uint64 timestamp,
        uint32 feeAccountId
    ) internal pure returns (uint256) {
        return
            (uint256(blockNumber) << ProtocolConstants.HEADER_BLOCK_NUMBER_SHIFT_BITS) |
            (uint256(timestamp) << ProtocolConstants.HEADER_TIMESTAMP_SHIFT_BITS) |
            (uint256(feeAccountId) << ProtocolConstants.HEADER_FEE_ACCOUNT_ID_SHIFT_BITS);
    }

    /// @notice The point z at which contract and circuit compare their data (design section 5).
    /// @dev `digest` is in the hash, so the circuit's data is fixed before z is known.
    function challenge(
        bytes calldata pubdata,
        uint32 slots,
        uint256 digest,
        uint256 oldStateRoot,
        uint256 newStateRoot,
        uint256 blockHeader
    ) internal pure returns (uint256) {
        bytes32 seed = keccak256(
            abi.encode(
                keccak256(pubdata),
                uint256(slots),
                digest,
                oldStateRoot,
                newStateRoot,
                blockHeader
            )
        );
        return uint256(seed) % ProtocolConstants.FIELD_MODULUS;
    }

    /// @notice Hash of the public inputs of a block, but for the domain, and of its size.
    function hash(
        uint32 slots,
        uint256 oldStateRoot,
        uint256 newStateRoot,
        uint256 blockHeader,
        uint256 digest,
        uint256 z,
        uint256 y
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(slots, oldStateRoot, newStateRoot, blockHeader, digest, z, y));
    }

    /// @notice Public inputs of a block's proof.
    /// @dev Reverts unless they are those of the block's commitment.
    function publicInputs(
        ProveBlock calldata claim
    ) internal view returns (uint256[] memory inputs) {
        StoredBlock calldata stored = claim.storedBlock;
        uint256 blockHeader = header(stored.blockNumber, stored.timestamp, claim.feeAccountId);
        bytes32 commitment = hash(
            claim.slots,
            claim.oldStateRoot,
            stored.stateRoot,
            blockHeader,
            claim.digest,
            claim.z,
            claim.y
        );
        if (commitment != stored.commitment) revert IRollup.CommitmentMismatch(stored.blockNumber);
        inputs = new uint256[](PUBLIC_INPUTS);
        inputs[0] = claim.oldStateRoot;
        inputs[1] = stored.stateRoot;
        inputs[2] = blockHeader;
        inputs[3] = domain();
        inputs[4] = claim.digest;
        inputs[5] = claim.z;
        inputs[6] = claim.y;
    }

    /// @notice Reverts unless `value` is below the field modulus.
    function requireCanonical(uint256 value) internal pure {
        if (value >= ProtocolConstants.FIELD_MODULUS) {
            revert PubdataReader.NonCanonicalField(value);
        }
    }
}
