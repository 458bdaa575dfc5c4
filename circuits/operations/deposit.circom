pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a deposit from L1: `amount` of the token to account B, which is created if it is empty.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a deposit
 *   slot
 *
 * Constraints: 1 for Deposit()
 */
template Deposit() {
    signal input enabled;
    input SlotView() slot;

    // RULE OWNER_MISMATCH: the account credited is the depositor's.
    enabled * (slot.newB.account.address - slot.operation.address) === 0;
}
