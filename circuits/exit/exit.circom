pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../state/account.circom";
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
 *   nonce, pubKeyHash              the other parts of the account's leaf
 *   stateSiblings[][]  {Field}     siblings of the account in the state tree, leaf level first
 *   tokenSiblings[][]  {Field}     siblings of the balance in the account's tree, leaf level first
 *
 * Assumes: every balance in the state of stateRoot is below 2^128, which every block guarantees.
 * Guarantees: in that state the account exists, belongs to owner and holds exactly amount.
 * Constraints: 5463 for Exit(8, 8, 4)
 */
template Exit(treeArity, stateTreeLevels, tokenTreeLevels) {
    signal input stateRoot, accountId, tokenId, owner, amount;
    signal input nonce, pubKeyHash;
    signal input stateSiblings[stateTreeLevels][treeArity - 1];
    signal input tokenSiblings[tokenTreeLevels][treeArity - 1];

    // RULE TOKEN_ID_OUT_OF_RANGE
    signal tokenBits[tokenTreeLevels][childIndexBits(treeArity)] <==
        TreeIndex(treeArity, tokenTreeLevels)(tokenId);
    // RULE ACCOUNT_ID_OUT_OF_RANGE
    signal accountBits[stateTreeLevels][childIndexBits(treeArity)] <==
        TreeIndex(treeArity, stateTreeLevels)(accountId);

    signal balanceRoot[1] <== TreePath(treeArity, tokenTreeLevels, 1)(
        [amount], tokenBits, tokenSiblings);

    Account() account;
    account.kind <== LEAF_KIND_ACCOUNT();
    account.nonce <== nonce;
    account.address <== owner;
    account.pubKeyHash <== pubKeyHash;
    AssertAccount()(account, balanceRoot[0], EMPTY_TREE_ROOT(treeArity, tokenTreeLevels));
    signal leaf <== AccountLeaf()(account, balanceRoot[0]);

    // RULE ACCOUNT_NOT_FOUND: the state has an account, kind 1, with this owner and amount, here.
    signal root[1] <== TreePath(treeArity, stateTreeLevels, 1)([leaf], accountBits, stateSiblings);
    root[0] === stateRoot;
}
