pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../lib/comparators.circom";
include "../lib/one-hot.circom";
include "../state/balances.circom";
include "../state/cells.circom";
include "../state/leaf.circom";

/*
 * Adds up the fees of a block per token.
 *
 * Inputs
 *   token[slots]           {Uint16}   token in which the slot pays its fee
 *   fee[slots]             {Uint114}
 *   feeToken[feeTokens]    {Field}    tokens in which the block takes fees
 *   feeTokenIndex[slots]   {Field}    index of the slot's token among these; any without a fee
 * Outputs
 *   sums[feeTokens]        {Uint128}
 *
 * Guarantees: every fee is in the sum of its token. No sum exceeds 128 bits, because there are
 * fewer than 2^14 slots.
 * Constraints: 7 for FeeSums(1, 2)
 */
template FeeSums(slots, feeTokens) {
    signal input token[slots], fee[slots];
    signal input feeToken[feeTokens], feeTokenIndex[slots];
    signal output sums[feeTokens];

    signal isIndex[slots][feeTokens];
    signal share[slots][feeTokens];
    var totals[feeTokens];
    for (var i = 0; i < slots; i++) {
        isIndex[i] <== OneHot(feeTokens)(feeTokenIndex[i]);
        for (var f = 0; f < feeTokens; f++) {
            share[i][f] <== isIndex[i][f] * fee[i];
            // RULE TOO_MANY_FEE_TOKENS: every fee is in one of the block's fee tokens.
            share[i][f] * (token[i] - feeToken[f]) === 0;
            totals[f] += share[i][f];
        }
    }
    sums <== totals;
}

/*
 * Credits the sums of a block's fees to the fee account: one token after the other within its leaf,
 * and then the leaf once.
 *
 * Inputs
 *   accountId                          {Field}
 *   feeToken[feeTokens]                {Field}
 *   sums[feeTokens]                    {Uint128}
 *   leaf                                          of the fee account after the last slot
 *   tailBalance, tailSiblings
 *   [feeTokens]                                   see UpdateBalance, each after the credits before
 *   siblings[levels - 2][7]            {Field}    see ReplaceLeaf
 *   cells[8][8]                        {Field}    after the last slot
 * Outputs
 *   newCells
 *
 * Assumes: every balance in the state of the cells is below 2^128.
 * Guarantees: every balance in the state of newCells is below 2^128.
 * Constraints: 4765 for FeeCredits(1, 6, 0)
 */
template FeeCredits(feeTokens, levels, tailLevels) {
    signal input accountId, feeToken[feeTokens], sums[feeTokens];
    input Leaf() leaf;
    signal input tailBalance[feeTokens];
    signal input tailSiblings[feeTokens][tailLevels][TREE_ARITY() - 1];
    signal input siblings[levels - CELL_LEVELS()][TREE_ARITY() - 1];
    signal input cells[8][8];
    signal output newCells[8][8];

    // RULE FEE_ACCOUNT_NOT_FOUND
    signal isEmpty <== IsZero()(leaf.noncePlusOne);
    isEmpty === 0;

    signal balances[feeTokens + 1][MAIN_TOKENS()], tails[feeTokens + 1][TAILS()];
    (balances[0], tails[0]) <== (leaf.balances, leaf.tails);
    signal isMain[feeTokens][MAIN_TOKENS()], isTail[feeTokens][TAILS()];
    signal tailBits[feeTokens][tailLevels][3];
    signal balance[feeTokens];
    for (var f = 0; f < feeTokens; f++) {
        // RULE TOKEN_ID_OUT_OF_RANGE
        (isMain[f], isTail[f], tailBits[f]) <== TokenPlace(tailLevels)(feeToken[f]);
        balance[f] <== ReadBalance(tailLevels)(balances[f], isMain[f], tailBalance[f]);
        // RULE BALANCE_OVERFLOW
        _ <== ToBits(8 * AMOUNT_BYTES())(balance[f] + sums[f]);
        (balances[f + 1], tails[f + 1]) <== UpdateBalance(tailLevels)(
            balances[f], tails[f], isMain[f], isTail[f], tailBits[f],
            tailBalance[f], tailSiblings[f], sums[f]);
    }

    Leaf() newLeaf <== LeafOf()(
        leaf.noncePlusOne, leaf.address, leaf.pubKeyHash, leaf.reserved,
        tails[feeTokens], balances[feeTokens]);
    // RULE ACCOUNT_ID_OUT_OF_RANGE
    signal accountBits[levels][3] <== TreeIndex(TREE_ARITY(), levels)(accountId);
    newCells <== ReplaceLeaf(levels)(leaf, newLeaf, accountBits, siblings, cells);
}
