pragma circom 2.2.0;

include "../generated/operations.circom";
include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../lib/comparators.circom";
include "../operations/authorization.circom";
include "../operations/effects.circom";
include "../operations/operation.circom";
include "../operations/unpack.circom";
include "../state/branch.circom";
include "public-data.circom";

/*
 * Asserts that every column of an operation keeps to its width, and unpacks the packed ones.
 *
 * Inputs
 *   operation
 * Outputs
 *   amount, fee     {Uint138}, {Uint114}   packedAmount and packedFee, unpacked
 *   accountABits, accountBBits, tokenBits  {Bool}   TreeIndex of the ids
 *
 * Constraints: 421 for DecodeColumns(8, 8, 4)
 */
template DecodeColumns(treeArity, stateTreeLevels, tokenTreeLevels) {
    input Operation() operation;
    signal output amount, fee;
    signal output accountABits[stateTreeLevels][childIndexBits(treeArity)];
    signal output accountBBits[stateTreeLevels][childIndexBits(treeArity)];
    signal output tokenBits[tokenTreeLevels][childIndexBits(treeArity)];

    // RULE AMOUNT_OUT_OF_RANGE
    _ <== ToBits(8 * AMOUNT_BYTES())(operation.amount);
    _ <== ToBits(8 * ADDRESS_BYTES())(operation.address);
    amount <== Unpack(PACKED_AMOUNT_MANTISSA_BITS(), PACKED_AMOUNT_EXPONENT_BITS())(
        operation.packedAmount);
    fee <== Unpack(PACKED_FEE_MANTISSA_BITS(), PACKED_FEE_EXPONENT_BITS())(operation.packedFee);
    // RULE ACCOUNT_ID_OUT_OF_RANGE
    accountABits <== TreeIndex(treeArity, stateTreeLevels)(operation.accountA);
    accountBBits <== TreeIndex(treeArity, stateTreeLevels)(operation.accountB);
    // RULE TOKEN_ID_OUT_OF_RANGE
    tokenBits <== TreeIndex(treeArity, tokenTreeLevels)(operation.token);
}

/*
 * Applies one operation to the state; generated/operations.circom says what each does.
 *
 * Inputs
 *   operation, authorization
 *   holdings[2], siblings[2]          branch of A before the slot, and branch of B after the update
 *                                     of A, in the operation's token; account 0 if not used
 *   oldRoot                {Field}    state root before the slot
 *   domain                 {Field}    domain of the rollup plus the batch so far: see
 *                                     batches.circom
 *   timestamp              {Uint64}   timestamp of the block
 * Outputs
 *   newRoot                {Field}    state root after the slot
 *   fee                    {Uint114}  fee that A pays, in the operation's token
 *   content                {Field}    content that A signs; without meaning if signed is 0
 *   signed                 {Bool}     whether A has signed
 *   data                              part of the slot in the public data
 *
 * Assumes: every balance in the state of oldRoot is below 2^128.
 * Guarantees: a legal operation leads from oldRoot to newRoot; every balance in the state of
 * newRoot is below 2^128.
 * Constraints: 25107 for Slot(8, 8, 4)
 */
template Slot(treeArity, stateTreeLevels, tokenTreeLevels) {
    input Operation() operation;
    input Authorization() authorization;
    input Holding() holdings[2];
    input BranchSiblings(treeArity, stateTreeLevels, tokenTreeLevels) siblings[2];
    signal input oldRoot, domain, timestamp;
    signal output newRoot, fee, content, signed;
    output SlotData() data;

    Holding() a <== holdings[0];
    Holding() b <== holdings[1];

    // Phase A: decode the operation.
    OperationFlags() flags <== DecodeOperation()(operation.op);
    AssertUnusedColumns()(flags, operation);
    component columns = DecodeColumns(treeArity, stateTreeLevels, tokenTreeLevels);
    columns.operation <== operation;
    fee <== columns.fee;

    // Phase B: check that A has signed it.
    signal signingKeyHash;
    (signingKeyHash, content) <== AuthorizeA()(
        flags, operation, authorization, a.account, domain, timestamp, fee);
    signed <== flags.signed;

    // Phase C: update A, then B.
    Holding() newA <== EffectOnA()(flags, a, operation.amount, fee, signingKeyHash);
    Holding() newB <== EffectOnB()(flags, b, operation.amount, operation.address);
    signal readByA, writtenByA, readByB;
    (readByA, writtenByA) <== Branch(treeArity, stateTreeLevels, tokenTreeLevels)(
        columns.accountABits, columns.tokenBits, a, newA, siblings[0]);
    (readByB, newRoot) <== Branch(treeArity, stateTreeLevels, tokenTreeLevels)(
        columns.accountBBits, columns.tokenBits, b, newB, siblings[1]);
    readByA === oldRoot;
    readByB === writtenByA;

    // Phase D: check the rules of the operation.
    SlotView() view;
    view.operation <== operation;
    view.recordAmount <== columns.amount;
    view.isAddressZero <== IsZero()(operation.address);
    view.a <== a;
    view.oldB <== b;
    view.newB <== newB;
    OperationRules()(flags, view);

    // Phase E: encode the public data.
    data <== EncodeSlot()(flags, operation, a.account.nonce, newA.account.pubKeyHash);
}
