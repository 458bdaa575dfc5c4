pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a change of signing key: A gets the key that signs. L1 checks that the owner agrees,
 * for the address, nonce and key hash in the extension.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a change of signing key
 *   slot
 *
 * Constraints: 1 for ChangePubKey()
 */
template ChangePubKey() {
    signal input enabled;
    input SlotView() slot;

    // RULE OWNER_MISMATCH: the address that L1 asks is A's owner.
    enabled * (slot.a.account.address - slot.operation.address) === 0;
}
