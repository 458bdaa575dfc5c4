// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {ProtocolConstants} from "../generated/ProtocolConstants.sol";
import {PubdataReader} from "../generated/PubdataReader.sol";
import {IRollup} from "../interfaces/IRollup.sol";

/// @title Checks the consent of an account's owner to a signing key
/// @dev An authorization is a type byte and its data:
/// 0x00: no data; the owner has stored a fact with `setAuthPubKeyHash`.
/// 0x01: the owner's ECDSA signature (r, s, v: 65 bytes) of the EIP-712 struct ChangePubKey.
/// 0x02: creator (20 bytes), salt argument (32) and init code hash (32) of the owner, a contract
/// that CREATE2 will deploy with the salt keccak256(salt argument, public key hash).
///
/// Type 0x02 is valid only for the first key, at nonce 0: the owner's address is the consent, and
/// it names one key. It ends when the owner is deployed and can consent in other ways. Otherwise a
/// key that was replaced on one account of an owner could be set on another account of that owner.
library Authorization {
    /// @dev Facts and armed resets, by `keyOf` owner, account and nonce: a fact about one account
    /// is valid for no other.
    struct Facts {
        mapping(bytes32 key => uint256) pubKeyHashes;
        mapping(bytes32 key => uint64) resetsAvailableAt;
    }

    bytes1 internal constant ON_CHAIN = 0x00;
    bytes1 internal constant EIP712 = 0x01;
    bytes1 internal constant CREATE2 = 0x02;

    /// @dev Delay of a reset: time for an operator to commit a block that relies on the old fact.
    uint256 internal constant RESET_DELAY_SECONDS = 1 days;
    /// @dev Window of a reset after its delay; then it is void and must be armed again. So a fact
    /// without an armed reset cannot change for at least the delay.
    uint256 internal constant RESET_WINDOW_SECONDS = 1 days;

    uint256 private constant CREATOR_END = 21;
    uint256 private constant SALT_ARGUMENT_END = 53;
    uint256 private constant CODE_HASH_END = 85;

    bytes32 private constant DOMAIN_TYPE_HASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant NAME_HASH = keccak256("hardhat-zkrollup");
    bytes32 private constant VERSION_HASH = keccak256("1");
    bytes32 private constant CHANGE_PUB_KEY_TYPE_HASH = keccak256(
        "ChangePubKey(uint256 pubKeyHash,uint32 nonce,uint32 accountId)"
    );

    /// @notice Stores a fact of the caller, or arms its reset; see `IRollup.setAuthPubKeyHash`.
    /// @dev Reverts with `PubKeyHashInvalid` or `AuthResetTooEarly`.
    /// @param facts Facts stored on L1.
    /// @param pubKeyHash Hash of the key: a field element, not 0.
    /// @param accountId Account of the caller.
    /// @param nonce Nonce of the account.
    function set(Facts storage facts, uint256 pubKeyHash, uint32 accountId, uint32 nonce) internal {
        if (pubKeyHash == 0 || pubKeyHash >= ProtocolConstants.FIELD_MODULUS) {
            revert IRollup.PubKeyHashInvalid(pubKeyHash);
        }
        bytes32 key = keyOf(msg.sender, accountId, nonce);
        uint64 availableAt = facts.resetsAvailableAt[key];
        if (facts.pubKeyHashes[key] != 0 && block.timestamp >= availableAt + RESET_WINDOW_SECONDS) {
            availableAt = uint64(block.timestamp + RESET_DELAY_SECONDS);
            facts.resetsAvailableAt[key] = availableAt;
            emit IRollup.AuthResetStarted(msg.sender, accountId, nonce, availableAt);
            return;
        }
        if (block.timestamp < availableAt) revert IRollup.AuthResetTooEarly(availableAt);
        facts.resetsAvailableAt[key] = 0;
        facts.pubKeyHashes[key] = pubKeyHash;
        emit IRollup.AuthPubKeyHashSet(msg.sender, accountId, nonce, pubKeyHash);
    }

    /// @notice Key of a fact in the mappings of `Facts`.
    /// @param owner Owner of the account.
    /// @param accountId The account.
    /// @param nonce Nonce of the account.
    /// @return Hash of the three.
    function keyOf(address owner, uint32 accountId, uint32 nonce) internal pure returns (bytes32) {
        return keccak256(abi.encode(owner, accountId, nonce));
    }

    /// @notice Reverts unless the authorization shows the owner's consent to a ChangePubKey.
    /// @dev Reverts with `AuthorizationInvalid` or `AuthorizationTypeUnknown`.
    /// @param facts Facts stored on L1.
    /// @param operation The ChangePubKey.
    /// @param authorization Type byte and data.
    /// @param slot Slot of the operation, for the errors.
    function check(
        Facts storage facts,
        PubdataReader.ChangePubKey memory operation,
        bytes calldata authorization,
        uint256 slot
    ) internal view {
        if (!_isAuthorized(facts, operation, authorization, slot)) {
            revert IRollup.AuthorizationInvalid(slot, operation.owner);
        }
    }

    function _isAuthorized(
        Facts storage facts,
        PubdataReader.ChangePubKey memory operation,
        bytes calldata authorization,
        uint256 slot
    ) private view returns (bool) {
        if (authorization.length == 0) return false;
        bytes1 authorizationType = authorization[0];
        if (authorizationType == ON_CHAIN) {
            bytes32 key = keyOf(operation.owner, operation.accountId, operation.nonce);
            uint256 fact = facts.pubKeyHashes[key];
            return fact != 0 && fact == operation.pubKeyHash;
        }
        if (authorizationType == EIP712) {
            (address signer, , ) = ECDSA.tryRecoverCalldata(_hash(operation), authorization[1:]);
            return signer != address(0) && signer == operation.owner;
        }
        if (authorizationType == CREATE2) return _isCreatedForKey(operation, authorization);
        revert IRollup.AuthorizationTypeUnknown(slot, authorizationType);
    }

    function _isCreatedForKey(
        PubdataReader.ChangePubKey memory operation,
        bytes calldata authorization
    ) private view returns (bool) {
        if (operation.nonce != 0 || authorization.length != CODE_HASH_END) return false;
        if (operation.owner.code.length != 0) return false;
        address creator = address(bytes20(authorization[1:CREATOR_END]));
        bytes32 saltArgument = bytes32(authorization[CREATOR_END:SALT_ARGUMENT_END]);
        bytes32 codeHash = bytes32(authorization[SALT_ARGUMENT_END:CODE_HASH_END]);
        bytes32 salt = keccak256(abi.encode(saltArgument, operation.pubKeyHash));
        return Create2.computeAddress(salt, codeHash, creator) == operation.owner;
    }

    function _hash(PubdataReader.ChangePubKey memory operation) private view returns (bytes32) {
        bytes32 domainSeparator = keccak256(
            abi.encode(DOMAIN_TYPE_HASH, NAME_HASH, VERSION_HASH, block.chainid, address(this))
        );
        bytes32 structHash = keccak256(
            abi.encode(
                CHANGE_PUB_KEY_TYPE_HASH,
                operation.pubKeyHash,
                operation.nonce,
                operation.accountId
            )
        );
        return MessageHashUtils.toTypedDataHash(domainSeparator, structHash);
    }
}
