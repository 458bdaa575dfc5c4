// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {LeafHasher} from "../LeafHasher.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";

/// @title The leaf of an account in the state tree
/// @dev Equals src/state/leaf.ts and circuits/state/leaf.circom. No other contract knows the
/// encoding of a leaf: its words are nonce + 1, owner, hash of the signing key, a reserved word,
/// the roots of the tails, and the balances of the main tokens.
library AccountLeaf {
    /// @dev Words before the roots of the tails.
    uint256 private constant HEAD_WORDS = 4;
    /// @notice Words of a leaf without its owner.
    uint256 internal constant WORDS_WITHOUT_OWNER = ProtocolConstants.LEAF_WORDS - 1;

    /// @notice Hash that is the leaf of an existing account.
    /// @dev Reverts for a nonce of 2^256 - 1. The caller has checked that the words are canonical.
    /// @param hasher Hashes the words.
    /// @param owner L1 address that owns the account.
    /// @param others The other words in their order, but the nonce instead of nonce + 1.
    /// @return Field element.
    function hash(
        LeafHasher hasher,
        address owner,
        uint256[] calldata others
    ) internal pure returns (uint256) {
        uint256[16] memory words;
        words[0] = others[0] + 1;
        words[1] = uint160(owner);
        for (uint256 i = 2; i < ProtocolConstants.LEAF_WORDS; ++i) words[i] = others[i - 1];
        return hasher.hash(words);
    }

    /// @notice Hash that is the leaf of an id without an account.
    /// @param hasher Hashes the words.
    /// @param emptyTail Root of a tail without balances.
    /// @return Field element.
    function hashEmpty(LeafHasher hasher, uint256 emptyTail) internal pure returns (uint256) {
        uint256[16] memory words;
        for (uint256 i = 0; i < ProtocolConstants.TAILS; ++i) words[HEAD_WORDS + i] = emptyTail;
        return hasher.hash(words);
    }

    /// @notice Nonce of an account.
    /// @param others See `hash`.
    /// @return The nonce, as the leaf has it.
    function nonceOf(uint256[] calldata others) internal pure returns (uint256) {
        return others[0];
    }

    /// @notice Root of a tail of an account.
    /// @param others See `hash`.
    /// @param tail Number of the tail.
    /// @return Field element.
    function tailOf(uint256[] calldata others, uint256 tail) internal pure returns (uint256) {
        return others[HEAD_WORDS - 1 + tail];
    }

    /// @notice Balance of a main token of an account.
    /// @param others See `hash`.
    /// @param tokenId Below `ProtocolConstants.MAIN_TOKENS`.
    /// @return The balance, as the leaf has it.
    function balanceOf(uint256[] calldata others, uint256 tokenId) internal pure returns (uint256) {
        return others[HEAD_WORDS - 1 + ProtocolConstants.TAILS + tokenId];
    }
}
