// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Verifies the proofs of a rollup
interface IVerifier {
    /// @notice Whether a proof is valid for its public inputs.
    /// @dev Returns false or reverts for an unknown key, points off the curve and inputs that are
    /// not canonical field elements.
    /// @param keyId Verification key: id of the block's kind, or `ProtocolConstants.EXIT_KEY_ID`.
    /// @param proof Groth16 proof in the order of EIP-197: a, b (imaginary parts first), c.
    /// @param input Public inputs in the order of the circuit, field elements.
    /// @return True if it is valid.
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool);

    /// @notice Whether all proofs of a list are valid, for less gas than one by one.
    /// @dev Does not report which proof is wrong. Returns false or reverts as `verifyProof` does,
    /// and reverts for a list that is empty or cut off.
    /// @param inputCount Public inputs per proof. It is fixed for the list, so that no word of it
    /// decides what another one means; a key with another number of inputs is unknown here.
    /// @param claims One claim after the other: key id, public inputs, and the proof as above.
    /// @return True if all are valid.
    function verifyProofs(
        uint256 inputCount,
        uint256[] calldata claims
    ) external view returns (bool);
}
