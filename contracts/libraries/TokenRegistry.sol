// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IRollup} from "../interfaces/IRollup.sol";

/// @title Tokens of the rollup, numbered in the order of their listing
/// @dev ETH is the zero address with id 0. A token is never removed, because balances in it must
/// stay withdrawable.
library TokenRegistry {
    struct Token {
        uint16 tokenId;
        bool listed;
        bool depositsPaused;
    }

    struct Registry {
        mapping(address token => Token) tokens;
        mapping(uint16 tokenId => address) addresses;
        uint32 count;
        bool allDepositsPaused;
    }

    address internal constant ETH = address(0);

    /// @notice Lists ETH as the first token of an empty registry.
    /// @param registry The registry.
    function listEth(Registry storage registry) internal {
        _append(registry, ETH);
    }

    /// @notice Lists an ERC-20 token under the next id.
    /// @dev Reverts with `TokenAlreadyListed`, `TokenCapacityReached` or `TokenWithoutCode`.
    /// @param registry The registry.
    /// @param token Address of the token.
    /// @param capacity Leaves of the tails of an account together, ETH included.
    /// @return tokenId Id of the token.
    function list(
        Registry storage registry,
        address token,
        uint256 capacity
    ) internal returns (uint16 tokenId) {
        Token storage known = registry.tokens[token];
        if (known.listed) revert IRollup.TokenAlreadyListed(token, known.tokenId);
        if (registry.count >= capacity) revert IRollup.TokenCapacityReached(capacity);
        if (token.code.length == 0) revert IRollup.TokenWithoutCode(token);
        return _append(registry, token);
    }

    /// @notice Pauses or resumes deposits of a listed token.
    /// @dev Reverts with `TokenNotListed`.
    /// @param registry The registry.
    /// @param token Address of the token; zero for ETH.
    /// @param paused True to pause.
    function setDepositsPaused(Registry storage registry, address token, bool paused) internal {
        uint16 tokenId = idOf(registry, token);
        registry.tokens[token].depositsPaused = paused;
        emit IRollup.DepositsPausedSet(tokenId, paused);
    }

    /// @notice Pauses or resumes deposits of all tokens.
    /// @param registry The registry.
    /// @param paused True to pause.
    function setAllDepositsPaused(Registry storage registry, bool paused) internal {
        registry.allDepositsPaused = paused;
        emit IRollup.AllDepositsPausedSet(paused);
    }

    /// @notice Id of a listed token.
    /// @dev Reverts with `TokenNotListed`.
    /// @param registry The registry.
    /// @param token Address of the token; zero for ETH.
    /// @return Id of the token.
    function idOf(Registry storage registry, address token) internal view returns (uint16) {
        Token storage known = registry.tokens[token];
        if (!known.listed) revert IRollup.TokenNotListed(token);
        return known.tokenId;
    }

    /// @notice Id of a listed token whose deposits are not paused.
    /// @dev Reverts with `TokenNotListed` or `DepositsPaused`.
    /// @param registry The registry.
    /// @param token Address of the token; zero for ETH.
    /// @return tokenId Id of the token.
    function depositableIdOf(
        Registry storage registry,
        address token
    ) internal view returns (uint16 tokenId) {
        tokenId = idOf(registry, token);
        if (registry.allDepositsPaused || registry.tokens[token].depositsPaused) {
            revert IRollup.DepositsPaused(token);
        }
    }

    /// @notice Address of a listed token.
    /// @dev Reverts with `TokenIdNotListed`.
    /// @param registry The registry.
    /// @param tokenId Id of the token.
    /// @return Its address; zero for ETH.
    function addressOf(Registry storage registry, uint16 tokenId) internal view returns (address) {
        if (tokenId >= registry.count) revert IRollup.TokenIdNotListed(tokenId);
        return registry.addresses[tokenId];
    }

    function _append(Registry storage registry, address token) private returns (uint16 tokenId) {
        tokenId = uint16(registry.count++);
        registry.tokens[token] = Token({tokenId: tokenId, listed: true, depositsPaused: false});
        registry.addresses[tokenId] = token;
        emit IRollup.TokenListed(tokenId, token);
    }
}
