// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Poseidon} from "../generated/Poseidon.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";

/// @title The leaf of an account in the state tree
/// @dev As `hashAccount` of src/state/account.ts and `AccountLeaf` of
/// circuits/state/account.circom; contracts know the encoding of a leaf here and nowhere else.
library AccountLeaf {
    /// @notice Value of the leaf of an account that exists.
    /// @param pubKeyHash Field element; 0 while the account has no signing key.
    /// @param balanceRoot Root of the account's balance tree.
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
