pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a refund, which changes nothing on L2: it has none. Neither circuit nor L1 asks for a
 * reason; that it is of a deposit is for L1 to see, from its extension.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a refund
 *   slot
 */
template Refund() {
    signal input enabled;
    input SlotView() slot;
}
