pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";
include "account.circom";
include "tree-path.circom";

/* The end of a branch of the state: an account and its balance of one token. */
bus Holding() {
    Account() account;
    signal balance;  // {Uint128}
}

/* The siblings from a balance up to the state root; in ascending order at each level. */
bus BranchSiblings(treeArity, stateTreeLevels, tokenTreeLevels) {
    signal state[stateTreeLevels][treeArity - 1];
    signal tokens[tokenTreeLevels][treeArity - 1];
}

/*
 * Reads an account and one of its balances, and writes both.
 *
 * Inputs
 *   accountBits[][]              {Bool}    TreeIndex of the account id
 *   tokenBits[][]                {Bool}    TreeIndex of the token id
 *   oldHolding, newHolding
 *   siblings
 * Outputs
 *   oldRoot, newRoot             {Field}   state roots
 *
 * Assumes: the bits are 0 or 1; the kind, nonce and address of the new account keep to their widths
 * because the caller makes them from old ones; every balance in the tree of oldRoot is below 2^128.
 * Guarantees: the state of root oldRoot has oldHolding, and no other, at (account, token); newRoot
 * is the root of that state with newHolding there; the new balance is below 2^128.
 * The caller compares oldRoot with the root that it trusts.
 * Constraints: 10525 for Branch(8, 8, 4)
 */
template Branch(treeArity, stateTreeLevels, tokenTreeLevels) {
    signal input accountBits[stateTreeLevels][childIndexBits(treeArity)];
    signal input tokenBits[tokenTreeLevels][childIndexBits(treeArity)];
    input Holding() oldHolding, newHolding;
    input BranchSiblings(treeArity, stateTreeLevels, tokenTreeLevels) siblings;
    signal output oldRoot, newRoot;

    // RULE INSUFFICIENT_BALANCE: a debit leaves no balance below zero.
    // RULE BALANCE_OVERFLOW: a credit leaves no balance above 2^128 - 1.
    _ <== ToBits(8 * AMOUNT_BYTES())(newHolding.balance);

    signal balanceRoots[2] <== TreePath(treeArity, tokenTreeLevels, 2)(
        [oldHolding.balance, newHolding.balance], tokenBits, siblings.tokens);

    AssertAccount()(oldHolding.account, balanceRoots[0],
        EMPTY_TREE_ROOT(treeArity, tokenTreeLevels));
    signal oldLeaf <== AccountLeaf()(oldHolding.account, balanceRoots[0]);
    signal newLeaf <== AccountLeaf()(newHolding.account, balanceRoots[1]);

    signal roots[2] <== TreePath(treeArity, stateTreeLevels, 2)(
        [oldLeaf, newLeaf], accountBits, siblings.state);
    (oldRoot, newRoot) <== (roots[0], roots[1]);
}
