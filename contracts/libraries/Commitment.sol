// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IRollup} from "../interfaces/IRollup.sol";
import {ProveBlock, StoredBlock} from "../types/Blocks.sol";

/// @title What ties a proof to a block
/// @dev The circuit's public inputs, in order: digest, z, y. The digest is a hash of oldStateRoot,
/// newStateRoot, header, domain and the public data as the circuit knows them; y is computed here
/// from what L1 knows.
library Commitment {
    uint256 private constant PUBLIC_INPUTS = 3;

    /// @notice Field element that binds L2 signatures and proofs to this chain and this contract.
    function domain() internal view returns (uint256) {
        bytes32 tagged = keccak256(
            abi.encode(ProtocolConstants.DOMAIN_TAG_HASH, block.chainid, address(this))
        );
        return uint256(tagged) % ProtocolConstants.FIELD_MODULUS;
    }

    /// @notice Block number, timestamp and fee account as one field element.
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

    /// @notice The point z at which contract and circuit compare what they know (design section 5).
    /// @dev The rest is fixed before z is known: what the circuit knows by `digest`, and what this
    /// contract knows by the other parameters and by its address.
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

    /// @notice The public input y: all that a proof is bound to as a polynomial, evaluated at z. Its
    /// coefficients are the first four parameters, the first one constant, and then the block's
    /// data.
    /// @param dataValue The polynomial of the data alone, at z.
    function evaluate(
        uint256 oldStateRoot,
        uint256 newStateRoot,
        uint256 blockHeader,
        uint256 blockDomain,
        uint256 dataValue,
        uint256 z
    ) internal pure returns (uint256 y) {
        uint256 modulus = ProtocolConstants.FIELD_MODULUS;
        y = addmod(mulmod(dataValue, z, modulus), blockDomain, modulus);
        y = addmod(mulmod(y, z, modulus), blockHeader, modulus);
        y = addmod(mulmod(y, z, modulus), newStateRoot, modulus);
        y = addmod(mulmod(y, z, modulus), oldStateRoot, modulus);
    }

    /// @notice Hash of the public inputs of a block and of its size.
    function hash(
        uint32 slots,
        uint256 digest,
        uint256 z,
        uint256 y
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(slots, digest, z, y));
    }

    /// @notice Public inputs of a block's proof.
    /// @dev Reverts unless they are those of the block's commitment.
    function publicInputs(
        ProveBlock calldata claim
    ) internal pure returns (uint256[] memory inputs) {
        StoredBlock calldata stored = claim.storedBlock;
        bytes32 commitment = hash(claim.slots, claim.digest, claim.z, claim.y);
        if (commitment != stored.commitment) revert IRollup.CommitmentMismatch(stored.blockNumber);
        inputs = new uint256[](PUBLIC_INPUTS);
        inputs[0] = claim.digest;
        inputs[1] = claim.z;
        inputs[2] = claim.y;
    }

    /// @notice Reverts unless `value` is below the field modulus.
    function requireCanonical(uint256 value) internal pure {
        if (value >= ProtocolConstants.FIELD_MODULUS) {
            revert PubdataReader.NonCanonicalField(value);
        }
    }
}
