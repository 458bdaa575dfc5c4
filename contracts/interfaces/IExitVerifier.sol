// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {StoredBlock} from "../types/Blocks.sol";
import {ExitClaim} from "../types/Exits.sol";

/// @title Verifies exits for a rollup
/// @dev The first two functions are called by a rollup, with the calldata of its own function of
/// the same name. They ask it, `msg.sender`, for verifier and sizes; `last` is known to it already.
interface IExitVerifier {
    /// @notice Reverts with `ExitProofInvalid` unless the proof shows the claim.
    /// @return Always true: an address without a verifier answers nothing.
    function performExit(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[8] calldata proof
    ) external view returns (bool);

    /// @notice Reverts with `ExitPathInvalid` unless the path leads from the claim to the root.
    /// @return Always true, as above.
    function performExitByPath(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external view returns (bool);

    /// @notice Whether the state of root `stateRoot` has, at `claim.accountId`, an account of
    /// `claim.owner` that holds exactly `claim.amount` of `claim.tokenId`.
    /// @dev False, too, for ids that the trees have no leaf for, a path of another length, and
    /// words that are not canonical.
    /// @param stateRoot Field element.
    /// @param accountCapacity Leaves of the state tree.
    /// @param tokenCapacity Leaves of a balance tree.
    /// @param path The account's nonce and public key hash, then for each level of the balance
    /// tree, the leaf's own first, the other children of the node on the way in ascending order,
    /// and then the same for the state tree.
    function verifyPath(
        uint256 stateRoot,
        uint256 accountCapacity,
        uint256 tokenCapacity,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external view returns (bool);
}
