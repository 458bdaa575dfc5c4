pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/one-hot.circom";
include "../state/branch.circom";

/*
 * The operations. A slot updates two branches of the state, of account A and then of account B,
 * both in the slot's token; "creates" writes an account of kind 1 with the slot's address and no
 * signing key.
 *
 *  operation       code  signed  account A               account B            amount      address
 *  --------------  ----  ------  ----------------------  -------------------  ----------  ---------
 *  noop               0  -       -                       -                    0           0
 *  deposit            1  -       -                       + amount, creates *  any         B's owner
 *  transfer           2  by A    - amount - fee          + amount             packed      B's owner
 *  transferToNew      3  by A    - amount - fee          + amount, creates    packed      B's owner
 *  withdraw           4  by A    - amount - fee          -                    any         any
 *  fullExit           5  -       - amount                -                    balance **  any
 *  changePubKey       6  by A    - fee, sets key         -                    0           A's owner
 *  forcedExit         7  by A    - fee                   - amount             balance     B's owner
 *  refund             8  -       -                       -                    any         any
 *
 *  by A = also adds 1 to the nonce of A
 *  *    = unless there is an account, which must have the address
 *  **   = if the address is the owner's, otherwise 0
 *
 *  The rules of an operation are in the file of its name, the effects in effects.circom, what every
 *  signature has to satisfy in authorization.circom. Noop, refund and the columns that an operation
 *  leaves empty are below. That a refund is of a deposit is for L1 to see, from its extension.
 */
bus OperationFlags() {
    // Exactly one of these is 1.
    signal noop;
    signal deposit;
    signal transfer;
    signal transferToNew;
    signal withdraw;
    signal fullExit;
    signal changePubKey;
    signal forcedExit;
    signal refund;
    // Sums of the above.
    signal signed;        // A signs, pays the fee, and its nonce counts up
    signal usesA;
    signal usesB;
    signal debitsA;       // A pays the amount
    signal creditsB;      // B receives the amount
    signal hasExtension;  // L1 sees more than the record
}

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

/*
 * Inputs
 *   op      {Field}
 * Outputs
 *   flags
 *
 * Guarantees: op is the code of an operation, and flags are its row of the table above.
 * Constraints: 17 for DecodeOperation()
 */
template DecodeOperation() {
    signal input op;
    output OperationFlags() flags;

    signal isOp[OPERATION_COUNT()] <== OneHot(OPERATION_COUNT())(op);
    flags.noop <== isOp[OP_NOOP()];
    flags.deposit <== isOp[OP_DEPOSIT()];
    flags.transfer <== isOp[OP_TRANSFER()];
    flags.transferToNew <== isOp[OP_TRANSFER_TO_NEW()];
    flags.withdraw <== isOp[OP_WITHDRAW()];
    flags.fullExit <== isOp[OP_FULL_EXIT()];
    flags.changePubKey <== isOp[OP_CHANGE_PUB_KEY()];
    flags.forcedExit <== isOp[OP_FORCED_EXIT()];
    flags.refund <== isOp[OP_REFUND()];

    var transfers = flags.transfer + flags.transferToNew;
    flags.signed <== transfers + flags.withdraw + flags.changePubKey + flags.forcedExit;
    flags.usesA <== flags.signed + flags.fullExit;
    flags.usesB <== flags.deposit + transfers + flags.forcedExit;
    flags.debitsA <== transfers + flags.withdraw + flags.fullExit;
    flags.creditsB <== flags.deposit + transfers;
    flags.hasExtension <== 1 - flags.noop - flags.transfer;
}

/*
 * Asserts that the columns an operation does not use are zero, so that a record has one meaning.
 *
 * Inputs
 *   flags, operation
 *
 * Constraints: 7 for AssertUnusedColumns()
 */
template AssertUnusedColumns() {
    input OperationFlags() flags;
    input Operation() operation;

    // RULE UNUSED_COLUMN_NOT_ZERO
    (1 - flags.usesA) * operation.accountA === 0;
    (1 - flags.usesB) * operation.accountB === 0;
    (1 - flags.transfer - flags.transferToNew) * operation.packedAmount === 0;
    (1 - flags.signed) * operation.packedFee === 0;
    (flags.noop + flags.changePubKey) * operation.amount === 0;
    flags.noop * operation.token === 0;
    flags.noop * operation.address === 0;
}
