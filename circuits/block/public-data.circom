pragma circom 2.2.0;

include "../generated/operations.circom";
include "../generated/protocol.circom";
include "../lib/poseidon.circom";
include "../operations/operation.circom";

/* The part of a slot in the public data of its block. */
bus SlotData() {
    signal record;        // {Uint128}
    signal extension[2];  // {Field}    zeros if the operation has none
}

/*
 * Packs the public data of a slot.
 *
 * Inputs
 *   flags, operation
 *   nonce         {Uint32}   nonce of account A before the slot
 *   pubKeyHash    {Field}    public key hash of account A after the slot
 * Outputs
 *   data
 *
 * Assumes: every column keeps to its width, except amount and address: see DecodeColumns.
 * Guarantees: different operations have different data; the first element of an extension is not
 * zero, whatever the address is. L1 has zeros for an extension that its data leaves out, so no
 * block can hide one.
 * Constraints: 6 for EncodeSlot()
 */
template EncodeSlot() {
    input OperationFlags() flags;
    input Operation() operation;
    signal input nonce, pubKeyHash;
    output SlotData() data;

    data.record <== operation.op * 2 ** RECORD_OP_SHIFT_BITS()
        + operation.accountA * 2 ** RECORD_ACCOUNT_A_SHIFT_BITS()
        + operation.accountB * 2 ** RECORD_ACCOUNT_B_SHIFT_BITS()
        + operation.token * 2 ** RECORD_TOKEN_SHIFT_BITS()
        + operation.packedAmount * 2 ** RECORD_AMOUNT_SHIFT_BITS()
        + operation.packedFee * 2 ** RECORD_FEE_SHIFT_BITS();

    signal shownNonce <== flags.showsNonce * nonce;
    data.extension[0] <== flags.hasExtension * (operation.op * 2 ** EXTENSION_OP_SHIFT_BITS()
        + operation.address * 2 ** EXTENSION_ADDRESS_SHIFT_BITS())
        + shownNonce * 2 ** EXTENSION_NONCE_SHIFT_BITS();

    // Only a number other than zero has an inverse.
    signal inverse <-- data.extension[0] != 0 ? 1 / data.extension[0] : 0;
    data.extension[0] * inverse === flags.hasExtension;

    signal shownKey <== flags.setsKey * pubKeyHash;
    data.extension[1] <== flags.showsAmount * operation.amount + shownKey;
}

/*
 * Hashes a list of field elements in a chain, 15 elements at a time; the last link is padded with
 * zeros.
 *
 * Inputs
 *   elements[n]   {Field}
 * Outputs
 *   digest        {Field}
 *
 * Constraints: 609 for DigestChain(15)
 */
template DigestChain(n) {
    signal input elements[n];
    signal output digest;

    var perLink = DIGEST_ARITY() - 1;
    var links = (n + perLink - 1) \ perLink;
    signal chain[links + 1];
    chain[0] <== 0;
    component hashes[links];
    for (var link = 0; link < links; link++) {
        hashes[link] = Poseidon(DIGEST_ARITY());
        hashes[link].inputs[0] <== chain[link];
        for (var i = 0; i < perLink; i++) {
            var index = link * perLink + i;
            if (index < n) {
                hashes[link].inputs[1 + i] <== elements[index];
            } else {
                hashes[link].inputs[1 + i] <== 0;
            }
        }
        chain[link + 1] <== hashes[link].out;
    }
    digest <== chain[links];
}

/*
 * Evaluates the polynomial whose coefficients are the elements; the first is the constant one.
 *
 * Inputs
 *   elements[n]   {Field}
 *   z             {Field}   the point
 * Outputs
 *   y             {Field}   sum of elements[k] · z^k
 *
 * Constraints: 14 for Evaluation(15)
 */
template Evaluation(n) {
    signal input elements[n];
    signal input z;
    signal output y;

    // Horner's rule.
    signal sums[n];
    sums[n - 1] <== elements[n - 1];
    for (var k = n - 2; k >= 0; k--) {
        sums[k] <== sums[k + 1] * z + elements[k];
    }
    y <== sums[0];
}

/*
 * Asserts the commitment of a block to the inputs that L1 knows and to its public data: all
 * records, then all extensions.
 *
 * Inputs
 *   inputs[COMMITTED_INPUTS()]   {Field}
 *   data[slots]
 *   digest, z, y                 {Field}
 *
 * Guarantees: digest fixes inputs and data, and y is their polynomial at z. L1 derives z from a
 * hash of the digest and its own copy of inputs and data, and computes y from that copy, so both
 * copies are equal.
 * Constraints: 621 for AssertCommitment(3)
 */
template AssertCommitment(slots) {
    signal input inputs[COMMITTED_INPUTS()];
    input SlotData() data[slots];
    signal input digest, z, y;

    var first = COMMITTED_INPUTS();
    var n = first + 3 * slots;
    signal elements[n];
    for (var i = 0; i < first; i++) {
        elements[i] <== inputs[i];
    }
    for (var i = 0; i < slots; i++) {
        elements[first + i] <== data[i].record;
        elements[first + slots + 2 * i] <== data[i].extension[0];
        elements[first + slots + 2 * i + 1] <== data[i].extension[1];
    }
    signal ownDigest <== DigestChain(n)(elements);
    signal ownY <== Evaluation(n)(elements, z);
    ownDigest === digest;
    ownY === y;
}
