pragma circom 2.2.0;

/*
 * Asserts that batches are whole: runs of signed slots, each of which is linked to the next.
 *
 * The contents of a batch form a chain: the domain of a slot is that of the rollup plus the content
 * of the slot before, if that one is linked to it. So the content of the last slot commits to all
 * of the batch, and each of its signers signs the own content plus that commitment. One who is
 * alone signs the content plus 0.
 *
 * Inputs
 *   linksNext[slots]   {Field}   1 if the next slot belongs to the same batch, otherwise 0
 *   batch[slots]       {Field}   what the signer of a slot adds to its content
 *   content[slots]     {Field}   see AuthorizeA
 *   signed[slots]      {Bool}
 *
 * Guarantees: linksNext is 0 or 1; what is added in a batch is the content of its last slot, and 0
 * everywhere else.
 * Constraints: 13 for AssertBatches(3)
 */
template AssertBatches(slots) {
    signal input linksNext[slots], batch[slots], content[slots], signed[slots];

    signal end[slots];
    for (var i = 0; i < slots; i++) {
        linksNext[i] * (1 - linksNext[i]) === 0;
        if (i == 0) {
            end[i] <== 0;
        } else {
            end[i] <== linksNext[i - 1] * content[i];
        }
        // RULE SIGNATURE_INVALID: what is signed is for the batch as a whole, or for none.
        (1 - linksNext[i]) * (batch[i] - end[i]) === 0;
        var nextSigned = 0; // nobody signs after the last slot
        if (i < slots - 1) {
            // RULE SIGNATURE_INVALID: all parts are signed for the same batch.
            linksNext[i] * (batch[i + 1] - batch[i]) === 0;
            nextSigned = signed[i + 1];
        }
        // RULE BATCH_INCOMPLETE: every part is signed, and in this block.
        linksNext[i] * (2 - signed[i] - nextSigned) === 0;
    }
}
