pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../lib/comparators.circom";
include "leaf.circom";
include "tree-path.circom";

/*
 * Where a leaf keeps the balance of a token: the main tokens have words of the leaf, every other
 * token a place in one of the tails.
 *
 * Inputs
 *   token                        {Field}
 * Outputs
 *   isMain[MAIN_TOKENS()]        {Bool}   1 for the word of the token, all 0 for a token in a tail
 *   isTail[TAILS()]              {Bool}   1 for the tail that has a place for the token, which a
 *                                         main token does not use; all 0 without tails
 *   tailBits[tailLevels][3]      {Bool}   TreeIndex of that place
 *
 * Guarantees: with tailLevels = 0 the token is a main token; otherwise it is below the capacity of
 * the tails.
 * Constraints: 17 for TokenPlace(0)
 * Constraints: 29 for TokenPlace(3)
 */
template TokenPlace(tailLevels) {
    signal input token;
    signal output isMain[MAIN_TOKENS()], isTail[TAILS()];
    signal output tailBits[tailLevels][3];

    // RULE TOKEN_ID_OUT_OF_RANGE
    var tailIndexBits = 3 * tailLevels;
    var bitCount = tailLevels == 0 ? 3 : tailIndexBits + 2;
    signal bits[bitCount] <== ToBits(bitCount)(token);

    // isLow[i] = 1 exactly for i = token mod 8.
    signal both[2];
    both[0] <== bits[0] * bits[1];
    var isPair[4] = [
        1 - bits[0] - bits[1] + both[0], bits[0] - both[0], bits[1] - both[0], both[0]
    ];
    if (tailLevels == 0) {
        both[1] <== 0;
        for (var i = 0; i < 4; i++) {
            isMain[i] <== isPair[i] * (1 - bits[2]);
            isMain[4 + i] <== isPair[i] * bits[2];
        }
        for (var i = 0; i < TAILS(); i++) { isTail[i] <== 0; }
    } else {
        var high = 0;
        for (var i = 3; i < bitCount; i++) { high += bits[i] * (1 << i); }
        signal isInLeaf <== IsZero()(high);
        signal isHighHalf <== isInLeaf * bits[2];
        for (var i = 0; i < 4; i++) {
            isMain[i] <== isPair[i] * (isInLeaf - isHighHalf);
            isMain[4 + i] <== isPair[i] * isHighHalf;
        }
        var low = bits[bitCount - 2];
        var up = bits[bitCount - 1];
        both[1] <== low * up;
        (isTail[0], isTail[1]) <== (1 - low - up + both[1], low - both[1]);
        (isTail[2], isTail[3]) <== (up - both[1], both[1]);
        for (var level = 0; level < tailLevels; level++) {
            for (var b = 0; b < 3; b++) { tailBits[level][b] <== bits[3 * level + b]; }
        }
    }
}

/*
 * The balance of a token.
 *
 * Inputs
 *   balances[MAIN_TOKENS()]   {Uint128}
 *   isMain[MAIN_TOKENS()]     {Bool}      see TokenPlace
 *   tailBalance               {Uint128}   in the token's place in its tail; UpdateBalance checks it
 * Outputs
 *   balance                   {Uint128}
 *
 * Guarantees: with tailLevels = 0, tailBalance is 0.
 * Constraints: 9 for ReadBalance(0)
 * Constraints: 9 for ReadBalance(3)
 */
template ReadBalance(tailLevels) {
    signal input balances[MAIN_TOKENS()], isMain[MAIN_TOKENS()];
    signal input tailBalance;
    signal output balance;

    signal selected[MAIN_TOKENS()];
    var sum = 0;
    var isInLeaf = 0;
    for (var i = 0; i < MAIN_TOKENS(); i++) {
        selected[i] <== isMain[i] * balances[i];
        sum += selected[i];
        isInLeaf += isMain[i];
    }
    if (tailLevels == 0) {
        tailBalance === 0;
        balance <== sum;
    } else {
        balance <== sum + (1 - isInLeaf) * tailBalance;
    }
}

/*
 * Changes the balance of a token.
 *
 * Inputs
 *   balances[MAIN_TOKENS()]         {Uint128}
 *   tails[TAILS()]                  {Field}
 *   isMain, isTail, tailBits                    see TokenPlace
 *   tailBalance                     {Uint128}   in the token's place in its tail
 *   tailSiblings[tailLevels][]      {Field}     siblings of that place, leaf level first
 *   change                          {Field}     what the balance grows by
 * Outputs
 *   newBalances, newTails
 *
 * Assumes: the flags are those of one token; the caller range-checks the new balance.
 * Guarantees: the tail has tailBalance, and no other, in the token's place; the token's balance,
 * and no other, has grown by change.
 * Constraints: 8 for UpdateBalance(0)
 * Constraints: 2435 for UpdateBalance(3)
 */
template UpdateBalance(tailLevels) {
    signal input balances[MAIN_TOKENS()], tails[TAILS()];
    signal input isMain[MAIN_TOKENS()], isTail[TAILS()], tailBits[tailLevels][3];
    signal input tailBalance, tailSiblings[tailLevels][TREE_ARITY() - 1];
    signal input change;
    signal output newBalances[MAIN_TOKENS()], newTails[TAILS()];

    var isInLeaf = 0;
    for (var i = 0; i < MAIN_TOKENS(); i++) {
        newBalances[i] <== balances[i] + isMain[i] * change;
        isInLeaf += isMain[i];
    }
    if (tailLevels == 0) {
        newTails <== tails;
    } else {
        signal newTailBalance <== tailBalance + (1 - isInLeaf) * change;
        signal roots[2] <== TreePath(TREE_ARITY(), tailLevels, 2)(
            [tailBalance, newTailBalance], tailBits, tailSiblings);
        signal selected[TAILS() - 1];
        var otherRoots = 0;
        for (var i = 0; i < TAILS(); i++) {
            newTails[i] <== tails[i] + isTail[i] * (roots[1] - roots[0]);
            if (i < TAILS() - 1) {
                selected[i] <== isTail[i] * tails[i];
                otherRoots += selected[i];
            } else {
                isTail[i] * tails[i] === roots[0] - otherRoots;
            }
        }
    }
}
