pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/comparators.circom";
include "../state/balances.circom";
include "../state/leaf.circom";
include "../state/tree-path.circom";

/*
 * An exit claim: the balance of a token that an account's owner claims from a rollup in exodus.
 *
 * Public inputs, in this order
 *   stateRoot          {Field}     root of the last executed state
 *   accountId          {Field}
 *   tokenId            {Field}
 *   owner              {Uint160}   owner of the account on L1
 *   amount             {Uint128}   its whole balance of the token
 * Private inputs
 *   nonce, pubKeyHash, reserved,
 *   tails, balances                the other words of the account's leaf
 *   tailSiblings[][]   {Field}     siblings of the token's place in its tail, leaf level first
 *   stateSiblings[][]  {Field}     siblings of the account in the state tree, leaf level first
 *
 * Assumes: every balance in the state of stateRoot is below 2^128, which every block guarantees.
 * Guarantees: in that state the account exists, belongs to owner and holds exactly amount.
 * Constraints: 5233 for Exit(8, 3)
 */
template Exit(stateTreeLevels, tailLevels) {
    signal input stateRoot, accountId, tokenId, owner, amount;
    signal input nonce, pubKeyHash, reserved, tails[TAILS()], balances[MAIN_TOKENS()];
    signal input tailSiblings[tailLevels][TREE_ARITY() - 1];
    signal input stateSiblings[stateTreeLevels][TREE_ARITY() - 1];

    // RULE TOKEN_ID_OUT_OF_RANGE
    signal isMain[MAIN_TOKENS()], isTail[TAILS()], tailBits[tailLevels][3];
    (isMain, isTail, tailBits) <== TokenPlace(tailLevels)(tokenId);
    // RULE ACCOUNT_ID_OUT_OF_RANGE
    signal accountBits[stateTreeLevels][3] <== TreeIndex(TREE_ARITY(), stateTreeLevels)(accountId);

    // The amount is in its word of the leaf, or in its place in a tail, whatever the inputs have
    // there.
    signal ownBalances[MAIN_TOKENS()], ownTails[TAILS()];
    var isInLeaf = 0;
    for (var i = 0; i < MAIN_TOKENS(); i++) {
        ownBalances[i] <== balances[i] + isMain[i] * (amount - balances[i]);
        isInLeaf += isMain[i];
    }
    signal tailBalance <== (1 - isInLeaf) * amount;
    signal tailRoot[1] <== TreePath(TREE_ARITY(), tailLevels, 1)(
        [tailBalance], tailBits, tailSiblings);
    for (var i = 0; i < TAILS(); i++) {
        ownTails[i] <== tails[i] + isTail[i] * (tailRoot[0] - tails[i]);
    }

    // RULE ACCOUNT_NOT_FOUND: the leaf is not empty, and the state has it here.
    signal isEmpty <== IsZero()(nonce + 1);
    isEmpty === 0;
    signal hash <== LeafHash()(
        LeafOf()(nonce + 1, owner, pubKeyHash, reserved, ownTails, ownBalances));
    signal stateRoots[1] <== TreePath(TREE_ARITY(), stateTreeLevels, 1)(
        [hash], accountBits, stateSiblings);
    stateRoots[0] === stateRoot;
}
