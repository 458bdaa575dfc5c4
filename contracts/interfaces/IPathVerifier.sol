// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ExitClaim} from "../types/Exits.sol";

/// @title Verifies what an account holds by the hashes between its leaf and the state root
interface IPathVerifier {
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
