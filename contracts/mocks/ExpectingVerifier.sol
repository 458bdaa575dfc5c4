// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {OneByOneVerifier} from "./OneByOneVerifier.sol";

/// @title Accepts only proofs that a test has announced
/// @notice Shows which key, proof and public inputs the rollup passes to its verifier.
contract ExpectingVerifier is OneByOneVerifier {
    mapping(bytes32 callHash => bool) private _expected;

    /// @notice Announces a proof to accept.
    /// @param keyId Verification key.
    /// @param proof The proof.
    /// @param input Public inputs.
    function expect(uint256 keyId, uint256[8] calldata proof, uint256[] calldata input) external {
        _expected[keccak256(abi.encode(keyId, proof, input))] = true;
    }

    function _isValid(
        uint256 keyId,
        uint256[8] memory proof,
        uint256[] calldata input
    ) internal view override returns (bool) {
        return _expected[keccak256(abi.encode(keyId, proof, input))];
    }
}
