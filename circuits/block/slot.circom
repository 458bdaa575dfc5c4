pragma circom 2.2.0;

include "../generated/operations.circom";
include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../lib/comparators.circom";
include "../operations/authorization.circom";
include "../operations/effects.circom";
include "../operations/operation.circom";
include "../operations/unpack.circom";
include "../state/balances.circom";
include "../state/cells.circom";
include "../state/leaf.circom";
include "public-data.circom";

/*
 * Unpacks the packed columns of an operation, and splits its ids.
 *
 * Inputs
 *   operation
 * Outputs
 *   amount, fee                   {Uint138}, {Uint114}   packedAmount and packedFee, unpacked
 *   accountABits, accountBBits    {Bool}   TreeIndex of the ids
 *   isMain, isTail, tailBits               TokenPlace of the token
 *
 * Guarantees: these columns keep to their widths. The widths of `amount` and `address` follow from
 * what else holds for the slot: if its operation has an extension, L1 reads both from fields of
 * their widths, since EncodeSlot lets no block leave it out; in a transfer, A's balance covers the
 * amount and B's account has the address; a noop has neither.
 * Constraints: 123 for DecodeColumns(6, 0)
 */
template DecodeColumns(levels, tailLevels) {
    input Operation() operation;
    signal output amount, fee;
    signal output accountABits[levels][3], accountBBits[levels][3];
    signal output isMain[MAIN_TOKENS()], isTail[TAILS()], tailBits[tailLevels][3];

    amount <== Unpack(PACKED_AMOUNT_MANTISSA_BITS(), PACKED_AMOUNT_EXPONENT_BITS())(
        operation.packedAmount);
    fee <== Unpack(PACKED_FEE_MANTISSA_BITS(), PACKED_FEE_EXPONENT_BITS())(operation.packedFee);
    // RULE ACCOUNT_ID_OUT_OF_RANGE
    accountABits <== TreeIndex(TREE_ARITY(), levels)(operation.accountA);
    accountBBits <== TreeIndex(TREE_ARITY(), levels)(operation.accountB);
    // RULE TOKEN_ID_OUT_OF_RANGE
    (isMain, isTail, tailBits) <== TokenPlace(tailLevels)(operation.token);
}

/*
 * Writes an account and one of its balances.
 *
 * Inputs
 *   leaf                                      the leaf before
 *   oldHolding, newHolding                    what it says of the slot's token, before and after
 *   accountBits, isMain, isTail, tailBits     see DecodeColumns
 *   tailBalance, tailSiblings, siblings       see UpdateBalance and ReplaceLeaf
 *   cells
 * Outputs
 *   newCells
 *
 * Assumes: oldHolding is of the leaf; every balance in the state is below 2^128.
 * Guarantees: the state has the leaf, and no other, at the account id; newCells is of the state
 * with newHolding there; the new balance is below 2^128.
 * Constraints: 4724 for WriteHolding(6, 0)
 */
template WriteHolding(levels, tailLevels) {
    input Leaf() leaf;
    input Holding() oldHolding, newHolding;
    signal input accountBits[levels][3];
    signal input isMain[MAIN_TOKENS()], isTail[TAILS()], tailBits[tailLevels][3];
    signal input tailBalance, tailSiblings[tailLevels][TREE_ARITY() - 1];
    signal input siblings[levels - CELL_LEVELS()][TREE_ARITY() - 1];
    signal input cells[8][8];
    signal output newCells[8][8];

    // RULE INSUFFICIENT_BALANCE: a debit leaves no balance below zero.
    // RULE BALANCE_OVERFLOW: a credit leaves no balance above 2^128 - 1.
    _ <== ToBits(8 * AMOUNT_BYTES())(newHolding.balance);

    Leaf() newLeaf;
    newLeaf.noncePlusOne <== newHolding.account.nonce + newHolding.account.kind;
    newLeaf.address <== newHolding.account.address;
    newLeaf.pubKeyHash <== newHolding.account.pubKeyHash;
    newLeaf.reserved <== leaf.reserved;
    (newLeaf.balances, newLeaf.tails) <== UpdateBalance(tailLevels)(
        leaf.balances, leaf.tails, isMain, isTail, tailBits, tailBalance, tailSiblings,
        newHolding.balance - oldHolding.balance);
    newCells <== ReplaceLeaf(levels)(leaf, newLeaf, accountBits, siblings, cells);
}

/*
 * Applies one operation to the state; generated/operations.circom says what each does.
 *
 * Inputs
 *   operation, authorization
 *   leaves[2]                         leaf of A before the slot, and of B after the update of A;
 *                                     account 0 if not used
 *   tailBalance[2], tailSiblings[2]   see UpdateBalance, in the operation's token
 *   siblings[2]                       see ReplaceLeaf
 *   cells                  {Field}    before the slot
 *   domain                 {Field}    domain of the rollup plus the batch so far: see
 *                                     batches.circom
 *   timestamp              {Uint64}   timestamp of the block
 * Outputs
 *   newCells               {Field}    after the slot
 *   fee                    {Uint114}  fee that A pays, in the operation's token
 *   content                {Field}    content that A signs; without meaning if signed is 0
 *   signed                 {Bool}     whether A has signed
 *   data                              part of the slot in the public data
 *
 * Assumes: every balance in the state of the cells is below 2^128.
 * Guarantees: a legal operation leads from the state of cells to that of newCells; every balance in
 * the latter is below 2^128.
 * Constraints: 12786 for Slot(6, 0)
 */
template Slot(levels, tailLevels) {
    input Operation() operation;
    input Authorization() authorization;
    input Leaf() leaves[2];
    signal input tailBalance[2], tailSiblings[2][tailLevels][TREE_ARITY() - 1];
    signal input siblings[2][levels - CELL_LEVELS()][TREE_ARITY() - 1];
    signal input cells[8][8];
    signal input domain, timestamp;
    signal output newCells[8][8];
    signal output fee, content, signed;
    output SlotData() data;

    // Phase A: decode the operation, and read what it names.
    OperationFlags() flags <== DecodeOperation()(operation.op);
    AssertUnusedColumns()(flags, operation);
    component columns = DecodeColumns(levels, tailLevels);
    columns.operation <== operation;
    fee <== columns.fee;
    Holding() a;
    a.account <== AccountOfLeaf()(leaves[0]);
    a.balance <== ReadBalance(tailLevels)(leaves[0].balances, columns.isMain, tailBalance[0]);
    Holding() b;
    b.account <== AccountOfLeaf()(leaves[1]);
    b.balance <== ReadBalance(tailLevels)(leaves[1].balances, columns.isMain, tailBalance[1]);

    // Phase B: check that A has signed it.
    signal signingKeyHash;
    (signingKeyHash, content) <== AuthorizeA()(
        flags, operation, authorization, a.account, domain, timestamp, fee);
    signed <== flags.signed;

    // Phase C: update A, then B.
    Holding() newA <== EffectOnA()(flags, a, operation.amount, fee, signingKeyHash);
    Holding() newB <== EffectOnB()(flags, b, operation.amount, operation.address);
    signal afterA[8][8] <== WriteHolding(levels, tailLevels)(
        leaves[0], a, newA, columns.accountABits, columns.isMain, columns.isTail,
        columns.tailBits, tailBalance[0], tailSiblings[0], siblings[0], cells);
    newCells <== WriteHolding(levels, tailLevels)(
        leaves[1], b, newB, columns.accountBBits, columns.isMain, columns.isTail,
        columns.tailBits, tailBalance[1], tailSiblings[1], siblings[1], afterA);

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
