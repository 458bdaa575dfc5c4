// SPDX-License-Identifier: MIT
// generated from src/protocol; run `npm run generate`
pragma solidity ^0.8.24;

/// @title Numbers of the protocol that no preset changes
library ProtocolConstants {
    bytes32 internal constant PROTOCOL_DIGEST =
        0x1db188d160a07f97d0968737cafdd6de95e46ee628c4660bbd73477d432fd6c8;
    bytes32 internal constant DOMAIN_TAG_HASH = keccak256(bytes("hardhat-zkrollup/domain/1"));
    uint256 internal constant FIELD_MODULUS =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 internal constant OP_NOOP = 0;
    uint256 internal constant OP_DEPOSIT = 1;
    uint256 internal constant OP_TRANSFER = 2;
    uint256 internal constant OP_TRANSFER_TO_NEW = 3;
    uint256 internal constant OP_WITHDRAW = 4;
    uint256 internal constant OP_FULL_EXIT = 5;
    uint256 internal constant OP_CHANGE_PUB_KEY = 6;
    uint256 internal constant OP_FORCED_EXIT = 7;
    uint256 internal constant OP_REFUND = 8;
    uint256 internal constant OP_COUNT = 9;
    uint256 internal constant ACCOUNT_ID_BYTES = 3;
    uint256 internal constant TOKEN_ID_BYTES = 2;
    uint256 internal constant ADDRESS_BYTES = 20;
    uint256 internal constant AMOUNT_BYTES = 16;
    uint256 internal constant NONCE_BYTES = 4;
    uint256 internal constant TIMESTAMP_BYTES = 8;
    uint256 internal constant BLOCK_NUMBER_BYTES = 4;
    uint256 internal constant RECORD_BYTES = 16;
    uint256 internal constant RECORD_COUNT_BYTES = 2;
    uint256 internal constant SLOT_INDEX_BYTES = 2;
    uint256 internal constant ETH_TOKEN_ID = 0;
    uint256 internal constant DEPOSIT_AMOUNT_MAX = 20282409603651670423947251286015;
    uint256 internal constant TIMESTAMP_LAG_MAX_SECONDS = 86400;
    uint256 internal constant TIMESTAMP_LEAD_MAX_SECONDS = 900;
    uint256 internal constant EXIT_KEY_ID = 0;
    uint256 internal constant TREE_ARITY = 8;
    uint256 internal constant KIND_SLOTS_MASK = 65535;
    uint256 internal constant MAIN_TOKENS = 8;
    uint256 internal constant TAILS = 4;
    uint256 internal constant LEAF_WORDS = 16;
    uint256 internal constant EXTENSION_ADDRESS_SHIFT_BITS = 0;
    uint256 internal constant EXTENSION_NONCE_SHIFT_BITS = 160;
    uint256 internal constant EXTENSION_OP_SHIFT_BITS = 192;
    uint256 internal constant RECORD_OP_SHIFT_BITS = 120;
    uint256 internal constant RECORD_ACCOUNT_A_SHIFT_BITS = 96;
    uint256 internal constant RECORD_ACCOUNT_B_SHIFT_BITS = 72;
    uint256 internal constant RECORD_TOKEN_SHIFT_BITS = 56;
    uint256 internal constant RECORD_AMOUNT_SHIFT_BITS = 16;
    uint256 internal constant RECORD_FEE_SHIFT_BITS = 0;
    uint256 internal constant HEADER_BLOCK_NUMBER_SHIFT_BITS = 88;
    uint256 internal constant HEADER_TIMESTAMP_SHIFT_BITS = 24;
    uint256 internal constant HEADER_FEE_ACCOUNT_ID_SHIFT_BITS = 0;
}
