pragma circom 2.2.0;

include "../generated/operations.circom";
include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../lib/comparators.circom";
include "../lib/eddsa.circom";
include "../lib/poseidon.circom";
include "operation.circom";

/* The signature of account A, and how long it counts. */
bus Authorization() {
    signal validFrom;   // {Uint64}  Unix seconds
    signal validUntil;  // {Uint64}  Unix seconds
    signal ax;          // {Field}   the signing key, a point of Baby Jubjub
    signal ay;
    signal r8x;         // {Field}   the signature
    signal r8y;
    signal s;
    signal batch;       // {Field}   commitment to the batch of which it is a part; 0 without
}

/*
 * What the key of account A agrees to: Poseidon of the domain and three packed words. A transaction
 * that is alone is signed as this; see batches.circom for the others.
 *
 * Inputs
 *   flags, operation, authorization
 *   domain    {Field}    binds the signature to one chain and rollup, and to the batch so far
 *   nonce     {Uint32}   of account A before the slot
 *   fee       {Uint128}
 * Outputs
 *   content   {Field}    of no meaning unless the slot is signed
 *
 * Assumes: every column keeps to its width if the slot is signed, and the times to that of
 * AssertValidAt.
 * Constraints: 303 for SignedContent()
 */
template SignedContent() {
    input OperationFlags() flags;
    input Operation() operation;
    input Authorization() authorization;
    signal input domain, nonce, fee;
    signal output content;

    signal code, amount, recipient;
    (code, amount, recipient) <== SignedColumns()(flags, operation);

    var word1 = code * 2 ** MESSAGE_1_OP_SHIFT_BITS()
        + operation.accountA * 2 ** MESSAGE_1_ACCOUNT_ID_SHIFT_BITS()
        + operation.token * 2 ** MESSAGE_1_TOKEN_ID_SHIFT_BITS()
        + nonce * 2 ** MESSAGE_1_NONCE_SHIFT_BITS()
        + amount * 2 ** MESSAGE_1_AMOUNT_SHIFT_BITS();
    var word2 = recipient * 2 ** MESSAGE_2_RECIPIENT_SHIFT_BITS()
        + authorization.validFrom * 2 ** MESSAGE_2_VALID_FROM_SHIFT_BITS();
    var word3 = fee * 2 ** MESSAGE_3_FEE_SHIFT_BITS()
        + authorization.validUntil * 2 ** MESSAGE_3_VALID_UNTIL_SHIFT_BITS();
    content <== Poseidon(4)([domain, word1, word2, word3]);
}

/*
 * Asserts that a time is in a range of validity.
 *
 * Inputs
 *   timestamp               {Uint64}
 *   validFrom, validUntil   {Field}   both inclusive
 *
 * Assumes: the timestamp keeps to its width.
 * Guarantees: each bound is less than 2^64 away from the timestamp. So it is above -2^64 and below
 * 2^65, and the words of SignedContent, which leave 72 bits for it, have one meaning.
 * Constraints: 132 for AssertValidAt()
 */
template AssertValidAt() {
    signal input timestamp, validFrom, validUntil;

    // RULE NOT_YET_VALID
    _ <== ToBits(8 * TIMESTAMP_BYTES())(timestamp - validFrom);
    // RULE EXPIRED
    _ <== ToBits(8 * TIMESTAMP_BYTES())(validUntil - timestamp);
}

/*
 * Asserts that account A agrees to a signed slot. An unsigned one has no rules here except that its
 * range of validity has to hold as well, which an unlimited one does.
 *
 * Inputs
 *   flags, operation, authorization
 *   account          account A before the slot
 *   domain           {Field}   see SignedContent
 *   timestamp        {Uint64}  of the block
 *   fee              {Uint128}
 * Outputs
 *   signingKeyHash   {Field}   Poseidon of the signing key
 *   content          {Field}   what A agrees to; of no meaning unless the slot is signed
 *
 * Assumes: the operation's columns keep to their widths.
 * Constraints: 3137 for AuthorizeA()
 */
template AuthorizeA() {
    input OperationFlags() flags;
    input Operation() operation;
    input Authorization() authorization;
    input Account() account;
    signal input domain, timestamp, fee;
    signal output signingKeyHash, content;

    // RULE ACCOUNT_NOT_FOUND: the signer has an account.
    flags.signed * (LEAF_KIND_ACCOUNT() - account.kind) === 0;
    // RULE NONCE_EXHAUSTED
    signal isLastNonce <== IsEqual()([account.nonce, NONCE_MAX()]);
    flags.signed * isLastNonce === 0;

    // RULE SIGNING_KEY_NOT_SET: no key hashes to 0.
    // RULE SIGNING_KEY_MISMATCH: only a change of key is signed by another key, the new one.
    signingKeyHash <== Poseidon(2)([authorization.ax, authorization.ay]);
    (flags.signed - flags.setsKey) * (account.pubKeyHash - signingKeyHash) === 0;

    // RULE SIGNATURE_INVALID: A signed this operation for this rollup.
    // RULE NONCE_MISMATCH: what is signed is for the account's present nonce.
    // RULE FEE_NOT_PACKABLE: what is signed is for the packed fee.
    content <== SignedContent()(
        flags, operation, authorization, domain, account.nonce, fee);
    EdDSAPoseidonVerifier()(flags.signed, authorization.ax, authorization.ay,
        authorization.r8x, authorization.r8y, authorization.s, content + authorization.batch);

    AssertValidAt()(timestamp, authorization.validFrom, authorization.validUntil);
}
