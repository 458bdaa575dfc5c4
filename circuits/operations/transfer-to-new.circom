pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a transfer to a new account: A pays `amount` to B, which is created for the address that
 * A signed, and the fee.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a transfer to a new account
 *   slot
 *
 * Constraints: 3 for TransferToNew()
 */
template TransferToNew() {
    signal input enabled;
    input SlotView() slot;

    // RULE AMOUNT_NOT_PACKABLE: the amount is what the record says.
    enabled * (slot.operation.amount - slot.recordAmount) === 0;
    // RULE RECIPIENT_ZERO
    enabled * slot.isAddressZero === 0;
    // RULE ACCOUNT_EXISTS: nobody has the recipient's leaf yet.
    enabled * slot.oldB.account.kind === 0;
}
