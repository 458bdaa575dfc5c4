pragma circom 2.2.0;

include "operation.circom";

/*
 * Rules of a noop, which changes nothing: it has none beside AssertUnusedColumns.
 *
 * Inputs
 *   enabled   {Bool}   whether the slot is a noop
 *   slot
 */
template Noop() {
    signal input enabled;
    input SlotView() slot;
}
