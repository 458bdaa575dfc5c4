// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {ProveBlock} from "../types/Blocks.sol";

/// @title Binds a proof to a block
/// @dev The circuit's public inputs, in order: digest, z, y. The digest is a hash of oldStateRoot,
/// newStateRoot, header, domain and the public data as the circuit has them. This library computes
/// y from the values that L1 has.
library Commitment {
    uint256 internal constant PUBLIC_INPUTS = 3;
    /// @dev Words of a `ProveBlock`: key id, public inputs, proof.
    uint256 private constant CLAIM_WORDS = 1 + PUBLIC_INPUTS + 8;

    /// @notice Domain of the rollup: it binds L2 signatures and proofs to this chain and contract.
    /// @return Field element.
    function domain() internal view returns (uint256) {
        bytes32 tagged = keccak256(
            abi.encode(ProtocolConstants.DOMAIN_TAG_HASH, block.chainid, address(this))
        );
        return uint256(tagged) % ProtocolConstants.FIELD_MODULUS;
    }

    /// @notice Header of a block: its number, timestamp and fee account as one field element.
    /// @param blockNumber Number of the block.
    /// @param timestamp Unix seconds.
    /// @param feeAccountId Account that receives the fees.
    /// @return Field element, the packed values.
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

    /// @notice Challenge z: the point at which contract and circuit compare their polynomials; see
    /// docs/pubdata.md.
    /// @dev Both polynomials are fixed before z is known: that of the circuit by `digest`, and that
    /// of this contract by the other parameters and its address.
    /// @param pubdata Public data of the block.
    /// @param kind Id of the block's kind.
    /// @param digest Poseidon digest of the values that the proof is bound to.
    /// @param oldStateRoot State root before the block.
    /// @param newStateRoot State root after the block.
    /// @param blockHeader See `header`.
    /// @return Field element.
    function challenge(
        bytes calldata pubdata,
        uint32 kind,
        uint256 digest,
        uint256 oldStateRoot,
        uint256 newStateRoot,
        uint256 blockHeader
    ) internal pure returns (uint256) {
        bytes32 seed = keccak256(
            abi.encode(
                keccak256(pubdata),
                uint256(kind),
                digest,
                oldStateRoot,
                newStateRoot,
                blockHeader
            )
        );
        return uint256(seed) % ProtocolConstants.FIELD_MODULUS;
    }

    /// @notice Public input y: the polynomial of all values that a proof is bound to, at z.
    /// @dev Its coefficients are the first four parameters, then the block's data; oldStateRoot is
    /// the constant one.
    /// @param oldStateRoot State root before the block.
    /// @param newStateRoot State root after the block.
    /// @param blockHeader See `header`.
    /// @param blockDomain See `domain`.
    /// @param dataValue The polynomial of the data alone, at z.
    /// @param z Field element, see `challenge`.
    /// @return y Field element.
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

    /// @notice Commitment of a block: a hash of its kind, the public inputs of its proof and the
    /// commitment of the block before.
    /// @dev The commitment of a block thereby fixes which proofs all blocks up to it need.
    /// @param parentCommitment Commitment of the block before; 0 for genesis.
    /// @param kind Id of the block's kind.
    /// @param digest Public input.
    /// @param z Public input.
    /// @param y Public input.
    /// @return keccak256 of the five words.
    function hash(
        bytes32 parentCommitment,
        uint32 kind,
        uint256 digest,
        uint256 z,
        uint256 y
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(parentCommitment, kind, digest, z, y));
    }

    /// @notice Commitment of the last of consecutive blocks.
    /// @param parentCommitment Commitment of the block before the first.
    /// @param blocks Consecutive blocks.
    /// @return commitment That of the last block; `parentCommitment` if there is none.
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

    /// @notice Blocks as claims for the verifier, without a copy.
    /// @param blocks Blocks to prove.
    /// @return claims The same words, see `IVerifier.verifyProofs`.
    function toClaims(
        ProveBlock[] calldata blocks
    ) internal pure returns (uint256[] calldata claims) {
        uint256 words = blocks.length * CLAIM_WORDS;
        assembly ("memory-safe") {
            claims.offset := blocks.offset
            claims.length := words
        }
    }

    /// @notice Reverts with `NonCanonicalField` unless `value` is below the field modulus.
    /// @param value Value to check.
    function requireCanonical(uint256 value) internal pure {
        if (value >= ProtocolConstants.FIELD_MODULUS) {
            revert PubdataReader.NonCanonicalField(value);
        }
    }
}
