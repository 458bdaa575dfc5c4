pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a transfer: A pays `amount` to B, which has an account, and the fee.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a transfer
 *   slot
 *
 * Constraints: 4 for Transfer()
 */
template Transfer() {
    signal input enabled;
    input SlotView() slot;

    // RULE AMOUNT_NOT_PACKABLE: the amount is what the record says.
    enabled * (slot.operation.amount - slot.recordAmount) === 0;
    // RULE RECIPIENT_ZERO
    enabled * slot.isAddressZero === 0;
    // RULE ACCOUNT_NOT_FOUND: the recipient has an account.
    enabled * (LEAF_KIND_ACCOUNT() - slot.oldB.account.kind) === 0;
    // RULE RECIPIENT_MISMATCH: the account credited belongs to the address that A signed.
    enabled * (slot.newB.account.address - slot.operation.address) === 0;
}
