// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IVerifier} from "../interfaces/IVerifier.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title Accepts every proof
/// @notice Counterpart of the mock prover, for tests of everything but proofs. Anyone can take all
/// money of a rollup with this verifier, so it works only on the chain ids of local test chains.
contract MockVerifier is IVerifier {
    /// @notice The chain may be a real one, on which the mock verifier does not work.
    /// @param chainId Its chain id.
    error InsecureKeysOnLiveChain(uint256 chainId);

    /// @notice Always true, as on a generated verifier with insecure keys: anyone can prove
    /// anything.
    bool public constant INSECURE = true;
    /// @notice Always true; a generated verifier has no such function.
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
