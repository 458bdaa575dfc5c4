// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title Accepts every proof
/// @notice The other half of the mock prover: for tests of everything but proofs. Whoever runs a
/// rollup with it can take all its money, so it works on the chain ids of local test chains only.
contract MockVerifier is IVerifier {
    /// @notice The mock verifier refuses every chain that may be a real one.
    error InsecureKeysOnLiveChain(uint256 chainId);

    /// @notice As on generated verifiers: anyone can prove anything.
    bool public constant INSECURE = true;
    /// @notice Tells this contract from a verifier.
    bool public constant IS_MOCK = true;

    constructor() {
        _requireLocalChain();
    }

    /// @inheritdoc IVerifier
    function verifyProof(
        uint256,
        uint256[8] calldata,
        uint256[] calldata
    ) external view returns (bool) {
        _requireLocalChain();
        return true;
    }

    /// @inheritdoc IVerifier
    function verifyProofs(uint256, uint256[] calldata) external view returns (bool) {
        _requireLocalChain();
        return true;
    }

    function _requireLocalChain() private view {
        if (!LocalChain.isLocal()) revert InsecureKeysOnLiveChain(block.chainid);
    }
}
