// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {StoredBlock} from "../types/Blocks.sol";
import {ExitClaim} from "../types/Exits.sol";

/// @title Verifies exits for a rollup
/// @dev A rollup calls the first two functions with the calldata of its own functions of the same
/// names, so that it encodes nothing again. They ask the rollup, `msg.sender`, for its verifier and
/// its sizes. The rollup has checked `last` before.
interface IExitVerifier {
    /// @notice Verifies the proof of an exit claim.
    /// @dev Reverts with `IRollup.ExitProofInvalid`, or as the verifier does.
    /// @param last The last executed block.
    /// @param claim The account, the token, the owner and the balance.
    /// @param proof Groth16 proof of the exit circuit, in the order of EIP-197.
    /// @return Always true. The rollup checks it, because a call to an address without code returns
    /// nothing.
    function performExit(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[8] calldata proof
    ) external view returns (bool);

    /// @notice Verifies the path of an exit claim.
    /// @dev Reverts with `IRollup.ExitPathInvalid`.
    /// @param last The last executed block.
    /// @param claim The account, the token, the owner and the balance.
    /// @param path See `verifyPath`.
    /// @return Always true, for the same reason.
    function performExitByPath(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external view returns (bool);

    /// @notice Whether a state holds a claim: at `claim.accountId` an account of `claim.owner` with
    /// exactly `claim.amount` of `claim.tokenId`.
    /// @dev Returns false, and does not revert, for an id that its tree has no leaf for, a path of
    /// another length, a nonce of more than 32 bits, and a word that is not below the field
    /// modulus.
    /// @param stateRoot Root of the state, a field element.
    /// @param accountCapacity Leaves of the state tree.
    /// @param tokenCapacity Leaves of the tails of an account together.
    /// @param claim The account, the token, the owner and the balance.
    /// @param path The words of the account's leaf without its owner: nonce, public key hash,
    /// reserved word, roots of the tails, balances of the main tokens. Then the siblings in the
    /// tail of the token, none for a main token, then those in the state tree. A level has
    /// (arity - 1) siblings in ascending order; the leaf level comes first.
    /// @return True if the path leads from the claim to `stateRoot`.
    function verifyPath(
        uint256 stateRoot,
        uint256 accountCapacity,
        uint256 tokenCapacity,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external view returns (bool);

    /// @notice Whether a state has no account at an id.
    /// @dev Returns false, and does not revert, for an id that the tree has no leaf for, a wrong
    /// number of siblings, and a word that is not below the field modulus.
    /// @param stateRoot Root of the state, a field element.
    /// @param accountCapacity Leaves of the state tree.
    /// @param tokenCapacity Leaves of the tails of an account together.
    /// @param accountId The id.
    /// @param siblings The siblings in the state tree, in the order of `verifyPath`.
    /// @return True if the path leads from an empty leaf to `stateRoot`.
    function verifyAbsence(
        uint256 stateRoot,
        uint256 accountCapacity,
        uint256 tokenCapacity,
        uint32 accountId,
        uint256[] calldata siblings
    ) external view returns (bool);
}
