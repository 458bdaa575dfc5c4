pragma circom 2.2.0;

include "../lib/comparators.circom";
include "operation.circom";

/*
 * Rules of a full exit asked for on L1: A's whole balance goes to the address that asked, if it is
 * A's owner. Otherwise nothing does, so that every request can be put into a block.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a full exit
 *   slot
 *
 * Constraints: 4 for FullExit()
 */
template FullExit() {
    signal input enabled;
    input SlotView() slot;

    signal isOwner <== IsEqual()([slot.a.account.address, slot.operation.address]);
    signal claim <== isOwner * slot.a.balance;
    // RULE EXIT_AMOUNT_MISMATCH: all of the balance or, for a stranger, nothing.
    enabled * (slot.operation.amount - claim) === 0;
}
