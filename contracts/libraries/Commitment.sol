// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {ProveBlock} from "../types/Blocks.sol";

/// @title What ties a proof to a block
/// @dev The circuit's public inputs, in order: digest, z, y. The digest is a hash of oldStateRoot,
/// newStateRoot, header, domain and the public data as the circuit knows them; y is computed here
/// from what L1 knows.
library Commitment {
    uint256 internal constant PUBLIC_INPUTS = 3;
    /// @dev Of a `ProveBlock`: key id, public inputs, proof.
    uint256 private constant CLAIM_WORDS = 1 + PUBLIC_INPUTS + 8;

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

    /// @notice The public input y: all that a proof is bound to as a polynomial, evaluated at z.
    /// Its coefficients are the first four parameters, the first one constant, and then the block's
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

    /// @notice Commitment of a block: a hash of its size, the public inputs of its proof and the
    /// commitment of the block before.
    /// @dev So the commitment of one block tells which proofs all blocks up to it need.
    function hash(
        bytes32 parentCommitment,
        uint32 slots,
        uint256 digest,
        uint256 z,
        uint256 y
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(parentCommitment, slots, digest, z, y));
    }

    /// @notice Commitment of the last of some blocks.
    /// @param parentCommitment Commitment of the block before the first.
    function ofLast(
        bytes32 parentCommitment,
        ProveBlock[] calldata blocks
    ) internal pure returns (bytes32 commitment) {
        commitment = parentCommitment;
        uint256 claimBytes = 32 * CLAIM_WORDS;
        uint256 hashedBytes = 32 * (1 + PUBLIC_INPUTS);
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            let claim := blocks.offset
            let end := add(claim, mul(blocks.length, claimBytes))
            for {} lt(claim, end) {
                claim := add(claim, claimBytes)
            } {
                mstore(buffer, commitment)
                calldatacopy(add(buffer, 0x20), claim, hashedBytes)
                commitment := keccak256(buffer, add(hashedBytes, 0x20))
            }
        }
    }

    /// @notice Blocks as the verifier takes them, without a copy.
    function toClaims(
        ProveBlock[] calldata blocks
    ) internal pure returns (uint256[] calldata claims) {
        uint256 words = blocks.length * CLAIM_WORDS;
        assembly ("memory-safe") {
            claims.offset := blocks.offset
            claims.length := words
        }
    }

    /// @notice Reverts unless `value` is below the field modulus.
    function requireCanonical(uint256 value) internal pure {
        if (value >= ProtocolConstants.FIELD_MODULUS) {
            revert PubdataReader.NonCanonicalField(value);
        }
    }
}
