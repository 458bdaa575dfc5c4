// generated from src/protocol; run `npm run generate`
pragma circom 2.1.0;

function OP_NOOP() {
    return 0;
}
function OP_DEPOSIT() {
    return 1;
}
function OP_TRANSFER() {
    return 2;
}
function OP_TRANSFER_TO_NEW() {
    return 3;
}
function OP_WITHDRAW() {
    return 4;
}
function OP_FULL_EXIT() {
    return 5;
}
function OP_CHANGE_PUB_KEY() {
    return 6;
}
function OP_FORCED_EXIT() {
    return 7;
}
function OP_REFUND() {
    return 8;
}
function OPERATION_COUNT() {
    return 9;
}
function ACCOUNT_ID_BYTES() {
    return 3;
}
function TOKEN_ID_BYTES() {
    return 2;
}
function ADDRESS_BYTES() {
    return 20;
}
function AMOUNT_BYTES() {
    return 16;
}
function NONCE_BYTES() {
    return 4;
}
function TIMESTAMP_BYTES() {
    return 8;
}
function BLOCK_NUMBER_BYTES() {
    return 4;
}
function RECORD_BYTES() {
    return 16;
}
function TREE_ARITY() {
    return 8;
}
function CELL_LEVELS() {
    return 2;
}
function MAIN_TOKENS() {
    return 8;
}
function TAILS() {
    return 4;
}
function LEAF_KIND_ACCOUNT() {
    return 1;
}
function PACKED_AMOUNT_MANTISSA_BITS() {
    return 35;
}
function PACKED_AMOUNT_EXPONENT_BITS() {
    return 5;
}
function PACKED_FEE_MANTISSA_BITS() {
    return 11;
}
function PACKED_FEE_EXPONENT_BITS() {
    return 5;
}
function PACKED_BASE() {
    return 10;
}
function DIGEST_ARITY() {
    return 16;
}
function COMMITTED_INPUTS() {
    return 4;
}
function NONCE_MAX() {
    return 4294967295;
}
function TIMESTAMP_MAX() {
    return 18446744073709551615;
}
function EXTENSION_ADDRESS_SHIFT_BITS() {
    return 0;
}
function EXTENSION_NONCE_SHIFT_BITS() {
    return 160;
}
function EXTENSION_OP_SHIFT_BITS() {
    return 192;
}
function RECORD_OP_SHIFT_BITS() {
    return 120;
}
function RECORD_ACCOUNT_A_SHIFT_BITS() {
    return 96;
}
function RECORD_ACCOUNT_B_SHIFT_BITS() {
    return 72;
}
function RECORD_TOKEN_SHIFT_BITS() {
    return 56;
}
function RECORD_AMOUNT_SHIFT_BITS() {
    return 16;
}
function RECORD_FEE_SHIFT_BITS() {
    return 0;
}
function HEADER_BLOCK_NUMBER_SHIFT_BITS() {
    return 88;
}
function HEADER_TIMESTAMP_SHIFT_BITS() {
    return 24;
}
function HEADER_FEE_ACCOUNT_ID_SHIFT_BITS() {
    return 0;
}
function MESSAGE_1_OP_SHIFT_BITS() {
    return 200;
}
function MESSAGE_1_ACCOUNT_ID_SHIFT_BITS() {
    return 176;
}
function MESSAGE_1_TOKEN_ID_SHIFT_BITS() {
    return 160;
}
function MESSAGE_1_NONCE_SHIFT_BITS() {
    return 128;
}
function MESSAGE_1_AMOUNT_SHIFT_BITS() {
    return 0;
}
function MESSAGE_2_RECIPIENT_SHIFT_BITS() {
    return 72;
}
function MESSAGE_2_VALID_FROM_SHIFT_BITS() {
    return 0;
}
function MESSAGE_3_FEE_SHIFT_BITS() {
    return 72;
}
function MESSAGE_3_VALID_UNTIL_SHIFT_BITS() {
    return 0;
}
