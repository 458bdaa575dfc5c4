// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Verifies the proofs of a rollup
interface IVerifier {
    /// @notice Whether `proof` shows the public inputs `input` under the verification key `keyId`.
    /// @dev Also false, or a revert, for an unknown key, points off the curve and inputs that are
    /// not canonical field elements.
    /// @param keyId Slots of the block.
    /// @param proof Groth16 proof in the order of EIP-197: a, b (imaginary parts first), c.
    /// @param input Public inputs in the order of the circuit.
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool);

    /// @notice Whether all proofs of a list are valid, for less gas than one by one; which one is
    /// wrong is not known then.
    /// @dev As `verifyProof`, and a revert for a list that is empty or cut off.
    /// @param inputCount How many public inputs each proof has. What a word means must not depend
    /// on the words: a key with another number of inputs is an unknown one here.
    /// @param claims One after the other: key id, public inputs, and the proof as above.
    function verifyProofs(
        uint256 inputCount,
        uint256[] calldata claims
    ) external view returns (bool);
}
