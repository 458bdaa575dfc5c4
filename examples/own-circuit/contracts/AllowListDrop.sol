// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// The contract that `hardhat build` generates for circuits/allow-list.circom.
interface IAllowListVerifier {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata input
    ) external view returns (bool);
}

/// Pays each member of an allow list once, without learning which member it is.
contract AllowListDrop {
    error AlreadyClaimed(uint256 nullifier);
    error ProofRejected();
    error PaymentFailed();

    uint256 public constant AMOUNT = 0.1 ether;
    IAllowListVerifier public immutable VERIFIER;
    uint256 public immutable ROOT;
    mapping(uint256 nullifier => bool) public isClaimed;

    constructor(IAllowListVerifier verifier, uint256 root) payable {
        VERIFIER = verifier;
        ROOT = root;
    }

    function claim(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256 nullifier,
        address payable recipient
    ) external {
        if (isClaimed[nullifier]) revert AlreadyClaimed(nullifier);
        isClaimed[nullifier] = true;
        // Outputs come first, then the public inputs in the order of their declaration.
        uint256[3] memory input = [nullifier, ROOT, uint256(uint160(address(recipient)))];
        if (!VERIFIER.verifyProof(a, b, c, input)) revert ProofRejected();
        (bool paid, ) = recipient.call{value: AMOUNT}("");
        if (!paid) revert PaymentFailed();
    }
}
