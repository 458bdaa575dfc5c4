pragma circom 2.2.0;

/*
 * Asserts that batches are complete. A batch is a run of signed slots, each linked to the next.
 *
 * The contents of a batch form a chain: the domain of a slot is that of the rollup plus the content
 * of the slot before it, if that slot is linked. So the content of the last slot commits to the
 * whole batch, and each signer signs its own content plus that commitment. The signer of a single
 * transaction signs its content plus 0.
 *
 * Inputs
 *   linksNext[slots]   {Field}   1 if the next slot belongs to the same batch, otherwise 0
 *   batch[slots]       {Field}   value that the signer of a slot adds to its content
 *   content[slots]     {Field}   see AuthorizeA
 *   signed[slots]      {Bool}
 *
 * Guarantees: linksNext is 0 or 1; batch is the content of the last slot of a batch in each of its
 * slots, and 0 in every other slot.
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
        // RULE SIGNATURE_INVALID: a signature is for the whole batch, or for no batch.
        (1 - linksNext[i]) * (batch[i] - end[i]) === 0;
        var nextSigned = 0; // no slot, and so no signature, follows the last one
        if (i < slots - 1) {
            // RULE SIGNATURE_INVALID: all slots of a batch are signed for the same batch.
            linksNext[i] * (batch[i + 1] - batch[i]) === 0;
            nextSigned = signed[i + 1];
        }
        // RULE BATCH_INCOMPLETE: every slot of a batch is signed, and in this block.
        linksNext[i] * (2 - signed[i] - nextSigned) === 0;
    }
}
