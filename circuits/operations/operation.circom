pragma circom 2.2.0;

include "../state/leaf.circom";

/* The columns of a slot's record, and what its extension adds. */
bus Operation() {
    signal op;            // {Uint8}    code of the operation
    signal accountA;      // {Uint24}   account id
    signal accountB;      // {Uint24}   account id
    signal token;         // {Uint16}   token id
    signal packedAmount;  // {Uint40}
    signal packedFee;     // {Uint16}
    signal amount;        // {Uint128}
    signal address;       // {Uint160}
}

/* What the rules of an operation look at. */
bus SlotView() {
    Operation() operation;
    signal recordAmount;   // {Uint138} the unpacked packedAmount
    signal isAddressZero;  // {Bool}
    Holding() a;           // account A and its balance before the slot
    Holding() oldB;        // account B and its balance after the update of A
    Holding() newB;        // account B and its balance after the slot
}
