// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The contract that `hardhat build` generates for circuits/multiplier.circom.
interface IMultiplierVerifier {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[1] calldata input
    ) external view returns (bool);
}

/// Records products of which somebody has proven to know two factors.
contract ProvenProducts {
    error ProofRejected(uint256 product);

    IMultiplierVerifier public immutable VERIFIER;
    mapping(uint256 product => bool) public isProven;

    constructor(IMultiplierVerifier verifier) {
        VERIFIER = verifier;
    }

    /// The proof names no sender: anybody who sees it may submit it too. Where that matters, give the
    /// circuit a public input for the sender.
    function submit(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256 product
    ) external {
        if (!VERIFIER.verifyProof(a, b, c, [product])) revert ProofRejected(product);
        isProven[product] = true;
    }
}
