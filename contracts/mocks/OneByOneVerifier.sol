// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerifier} from "../interfaces/IVerifier.sol";

/// @title Checks each proof of a list separately
/// @notice Base of mocks that define which proofs are valid.
abstract contract OneByOneVerifier is IVerifier {
    uint256 private constant PROOF_WORDS = 8;

    /// @inheritdoc IVerifier
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool) {
        return _isValid(keyId, proof, input);
    }

    /// @inheritdoc IVerifier
    function verifyProofs(
        uint256 inputCount,
        uint256[] calldata claims
    ) external view returns (bool valid) {
        valid = claims.length != 0;
        for (uint256 start = 0; start < claims.length;) {
            uint256[] calldata input = claims[start + 1:start + 1 + inputCount];
            uint256[8] memory proof;
            for (uint256 i = 0; i < PROOF_WORDS; ++i) {
                proof[i] = claims[start + 1 + inputCount + i];
            }
            valid = valid && _isValid(claims[start], proof, input);
            start += 1 + inputCount + PROOF_WORDS;
        }
    }

    /// @dev Whether a single proof is valid.
    function _isValid(
        uint256 keyId,
        uint256[8] memory proof,
        uint256[] calldata input
    ) internal view virtual returns (bool);
}
