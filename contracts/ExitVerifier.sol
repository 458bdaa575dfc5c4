// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {LeafHasher} from "./LeafHasher.sol";
import {Poseidon} from "./generated/Poseidon.sol";
import {ProtocolConstants} from "./generated/ProtocolConstants.sol";
import {IExitVerifier} from "./interfaces/IExitVerifier.sol";
import {IRollup} from "./interfaces/IRollup.sol";
import {AccountLeaf} from "./libraries/AccountLeaf.sol";
import {StoredBlock} from "./types/Blocks.sol";
import {ExitClaim} from "./types/Exits.sol";

/// @title Verifies exits, by a proof or by the hashes between a balance and the state root
/// @dev A path shows the same as a proof of `circuits/exit/exit.circom`. It needs no proving key,
/// so the public data of all blocks is enough to leave. The contract is a separate one because most
/// of its code is constants of Poseidon; for the same reason it deploys a `LeafHasher`.
contract ExitVerifier is IExitVerifier {
    uint256 private constant SIBLINGS = ProtocolConstants.TREE_ARITY - 1;
    uint256 private constant PUBLIC_INPUTS = 5;

    LeafHasher private immutable LEAF_HASHER = new LeafHasher();

    /// @inheritdoc IExitVerifier
    /// @dev Public inputs of the exit circuit, in order: stateRoot, accountId, tokenId, owner,
    /// amount.
    function performExit(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[8] calldata proof
    ) external view returns (bool) {
        uint256[] memory inputs = new uint256[](PUBLIC_INPUTS);
        inputs[0] = last.stateRoot;
        inputs[1] = claim.accountId;
        inputs[2] = claim.tokenId;
        inputs[3] = uint160(claim.owner);
        inputs[4] = claim.amount;
        IRollup rollup = IRollup(msg.sender);
        if (!rollup.verifier().verifyProof(ProtocolConstants.EXIT_KEY_ID, proof, inputs)) {
            revert IRollup.ExitProofInvalid(claim.accountId, claim.tokenId);
        }
        return true;
    }

    /// @inheritdoc IExitVerifier
    function performExitByPath(
        StoredBlock calldata last,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) external view returns (bool) {
        IRollup rollup = IRollup(msg.sender);
        uint256 accounts = rollup.accountCapacity();
        uint256 tokens = rollup.tokenCapacity();
        if (!verifyPath(last.stateRoot, accounts, tokens, claim, path)) {
            revert IRollup.ExitPathInvalid(claim.accountId, claim.tokenId);
        }
        return true;
    }

    /// @inheritdoc IExitVerifier
    function verifyPath(
        uint256 stateRoot,
        uint256 accountCapacity,
        uint256 tokenCapacity,
        ExitClaim calldata claim,
        uint256[] calldata path
    ) public view returns (bool) {
        // An id below its capacity has digits that no other id has, so it names one leaf.
        if (claim.tokenId >= tokenCapacity || claim.accountId >= accountCapacity) return false;
        // The words of a main token are all in the leaf.
        uint256 tailLevels =
            claim.tokenId < ProtocolConstants.MAIN_TOKENS
                ? 0
                : _levels(tokenCapacity, ProtocolConstants.TAILS);
        uint256 tailEnd = AccountLeaf.WORDS_WITHOUT_OWNER + SIBLINGS * tailLevels;
        if (path.length != tailEnd + SIBLINGS * _levels(accountCapacity, 1)) return false;
        if (path[0] > type(uint32).max || !_isCanonical(path)) return false;

        uint256[] calldata words = path[:AccountLeaf.WORDS_WITHOUT_OWNER];
        uint256[] calldata tail = path[AccountLeaf.WORDS_WITHOUT_OWNER:tailEnd];
        if (!_holdsBalance(claim, words, tail, tailLevels)) return false;
        uint256 leaf = AccountLeaf.hash(LEAF_HASHER, claim.owner, words);
        return _climb(leaf, claim.accountId, path[tailEnd:]) == stateRoot;
    }

    /// @inheritdoc IExitVerifier
    function verifyAbsence(
        uint256 stateRoot,
        uint256 accountCapacity,
        uint256 tokenCapacity,
        uint32 accountId,
        uint256[] calldata siblings
    ) external view returns (bool) {
        if (accountId >= accountCapacity) return false;
        if (siblings.length != SIBLINGS * _levels(accountCapacity, 1)) return false;
        if (!_isCanonical(siblings)) return false;
        uint256 emptyTail = _emptyRoot(_levels(tokenCapacity, ProtocolConstants.TAILS));
        uint256 leaf = AccountLeaf.hashEmpty(LEAF_HASHER, emptyTail);
        return _climb(leaf, accountId, siblings) == stateRoot;
    }

    /// @dev Whether an account's words hold the claimed balance: of a main token themselves, of
    /// another one in the token's tail.
    function _holdsBalance(
        ExitClaim calldata claim,
        uint256[] calldata words,
        uint256[] calldata siblings,
        uint256 tailLevels
    ) private pure returns (bool) {
        if (claim.tokenId < ProtocolConstants.MAIN_TOKENS) {
            return AccountLeaf.balanceOf(words, claim.tokenId) == claim.amount;
        }
        uint256 tailLeaves = ProtocolConstants.TREE_ARITY ** tailLevels;
        uint256 root = _climb(claim.amount, claim.tokenId % tailLeaves, siblings);
        return AccountLeaf.tailOf(words, claim.tokenId / tailLeaves) == root;
    }

    /// @dev Root of the tree with `node` at `index`, whose digits are its places at each level.
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

    /// @dev Root of a tree whose leaves are all 0.
    function _emptyRoot(uint256 levels) private pure returns (uint256 node) {
        uint256[8] memory children;
        for (; levels != 0; --levels) {
            for (uint256 i = 0; i < ProtocolConstants.TREE_ARITY; ++i) children[i] = node;
            node = Poseidon.hash8(children);
        }
    }

    /// @dev Levels of `trees` trees that have `capacity` leaves together: `Rollup` is initialized
    /// with no other capacity.
    function _levels(uint256 capacity, uint256 trees) private pure returns (uint256 levels) {
        for (uint256 leaves = trees; leaves < capacity; leaves *= ProtocolConstants.TREE_ARITY) {
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
