// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerifier} from "../interfaces/IVerifier.sol";

/// @title Accepts only what a test has announced
/// @notice Shows with which key, proof and public inputs the rollup calls its verifier.
contract ExpectingVerifier is IVerifier {
    mapping(bytes32 callHash => bool) private _expected;

    /// @notice Announces a call that must be accepted.
    function expect(uint256 keyId, uint256[8] calldata proof, uint256[] calldata input) external {
        _expected[keccak256(abi.encode(keyId, proof, input))] = true;
    }

    /// @inheritdoc IVerifier
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool) {
        return _expected[keccak256(abi.encode(keyId, proof, input))];
    }
}
