pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a forced exit: A pays the fee to have the whole balance of B, an account without a
 * signing key, paid out on L1 to B's owner.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a forced exit
 *   slot
 *
 * Constraints: 4 for ForcedExit()
 */
template ForcedExit() {
    signal input enabled;
    input SlotView() slot;

    // RULE ACCOUNT_NOT_FOUND: the target exists.
    enabled * (LEAF_KIND_ACCOUNT() - slot.oldB.account.kind) === 0;
    // RULE RECIPIENT_MISMATCH: the target belongs to the address that A signed.
    enabled * (slot.oldB.account.address - slot.operation.address) === 0;
    // RULE TARGET_HAS_SIGNING_KEY
    enabled * slot.oldB.account.pubKeyHash === 0;
    // RULE EXIT_AMOUNT_MISMATCH: all of the balance.
    enabled * (slot.operation.amount - slot.oldB.balance) === 0;
}
