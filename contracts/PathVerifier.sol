// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Poseidon} from "./generated/Poseidon.sol";
import {ProtocolConstants} from "./generated/ProtocolConstants.sol";
import {IPathVerifier} from "./interfaces/IPathVerifier.sol";
import {AccountLeaf} from "./libraries/AccountLeaf.sol";
import {ExitClaim} from "./types/Exits.sol";

/// @title Verifies paths in the state tree by hashing them
/// @dev Checks what `circuits/exit/exit.circom` proves, and needs no key for it: whoever has the
/// public data of all blocks can leave. A contract of its own, as its code is constants mostly.
contract PathVerifier is IPathVerifier {
    uint256 private constant SIBLINGS = ProtocolConstants.TREE_ARITY - 1;
    /// @dev Words in front of the siblings: nonce and public key hash.
    uint256 private constant LEAF_WORDS = 2;

    /// @inheritdoc IPathVerifier
    function verifyPath(
        uint256 stateRoot,
        uint256 accountCapacity,
        uint256 tokenCapacity,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external pure returns (bool) {
        uint256 tokenWords = SIBLINGS * _levels(tokenCapacity);
        uint256 stateWords = SIBLINGS * _levels(accountCapacity);
        if (path.length != LEAF_WORDS + tokenWords + stateWords) return false;
        // Each id is below its capacity, so its digits name one leaf and no other.
        if (claim.tokenId >= tokenCapacity || claim.accountId >= accountCapacity) return false;
        if (path[0] > type(uint32).max || !_isCanonical(path[1:])) return false;

        uint256 balanceRoot = _climb(
            claim.amount,
            claim.tokenId,
            path[LEAF_WORDS:LEAF_WORDS + tokenWords]
        );
        uint256 leaf = AccountLeaf.hash(claim.owner, uint32(path[0]), path[1], balanceRoot);
        return _climb(leaf, claim.accountId, path[LEAF_WORDS + tokenWords:]) == stateRoot;
    }

    /// @dev The root above `node`, whose place at each level is a digit of `index`.
    function _climb(
        uint256 node,
        uint256 index,
        uint256[] calldata siblings
    ) private pure returns (uint256) {
        uint256[8] memory children;
        for (uint256 next = 0; next < siblings.length;) {
            uint256 place = index % ProtocolConstants.TREE_ARITY;
            index /= ProtocolConstants.TREE_ARITY;
            for (uint256 i = 0; i < ProtocolConstants.TREE_ARITY; ++i) {
                children[i] = i == place ? node : siblings[next++];
            }
            node = Poseidon.hash8(children);
        }
        return node;
    }

    /// @dev Of the tree with `capacity` leaves; if there is none, of the next larger one, which
    /// has no leaves at the ids above `capacity`.
    function _levels(uint256 capacity) private pure returns (uint256 levels) {
        for (uint256 leaves = 1; leaves < capacity; leaves *= ProtocolConstants.TREE_ARITY) {
            ++levels;
        }
    }

    function _isCanonical(uint256[] calldata words) private pure returns (bool) {
        for (uint256 i = 0; i < words.length; ++i) {
            if (words[i] >= ProtocolConstants.FIELD_MODULUS) return false;
        }
        return true;
    }
}
