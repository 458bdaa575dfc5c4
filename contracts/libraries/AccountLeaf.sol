// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Poseidon} from "../generated/Poseidon.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";

/// @title The leaf of an account in the state tree
/// @dev Equals `hashAccount` of src/state/account.ts and `AccountLeaf` of
/// circuits/state/account.circom. No other contract knows the encoding of a leaf.
library AccountLeaf {
    /// @notice Hash that is the leaf of an existing account.
    /// @param owner L1 address that owns the account.
    /// @param nonce Number of operations that the account has signed.
    /// @param pubKeyHash Field element; 0 while the account has no signing key.
    /// @param balanceRoot Root of the account's balance tree, a field element.
    /// @return Field element.
    function hash(
        address owner,
        uint32 nonce,
        uint256 pubKeyHash,
        uint256 balanceRoot
    ) internal pure returns (uint256) {
        uint256 meta =
            (ProtocolConstants.LEAF_KIND_ACCOUNT << ProtocolConstants.KIND_SHIFT_BITS) |
                (uint256(nonce) << ProtocolConstants.NONCE_SHIFT_BITS) |
                (uint256(uint160(owner)) << ProtocolConstants.ADDRESS_SHIFT_BITS);
        return Poseidon.hash3([meta, pubKeyHash, balanceRoot]);
    }
}
