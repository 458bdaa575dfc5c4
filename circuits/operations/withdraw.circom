pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a withdrawal: A pays `amount` to an address on L1, and the fee.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a withdrawal
 *   slot
 *
 * Constraints: 1 for Withdraw()
 */
template Withdraw() {
    signal input enabled;
    input SlotView() slot;

    // RULE RECIPIENT_ZERO
    enabled * slot.isAddressZero === 0;
}
