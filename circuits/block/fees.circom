pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/one-hot.circom";
include "../state/branch.circom";

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
 * Credits the sums of a block's fees to the fee account, one token after the other.
 *
 * Inputs
 *   accountId                          {Field}
 *   feeToken[feeTokens]                {Field}
 *   sums[feeTokens]                    {Uint128}
 *   oldRoot                            {Field}    state root after the last slot
 *   nonce, address, pubKeyHash,
 *   balance, stateSiblings,
 *   tokenSiblings [feeTokens]                     branch of the fee account per token, each after
 *                                                 the credit before it
 * Outputs
 *   newRoot                            {Field}
 *
 * Assumes: every balance in the state of oldRoot is below 2^128.
 * Constraints: 10560 for FeeCredits(1, 8, 8, 4)
 */
template FeeCredits(feeTokens, treeArity, stateTreeLevels, tokenTreeLevels) {
    signal input accountId, feeToken[feeTokens], sums[feeTokens], oldRoot;
    signal input nonce[feeTokens], address[feeTokens], pubKeyHash[feeTokens], balance[feeTokens];
    signal input stateSiblings[feeTokens][stateTreeLevels][treeArity - 1];
    signal input tokenSiblings[feeTokens][tokenTreeLevels][treeArity - 1];
    signal output newRoot;

    // RULE ACCOUNT_ID_OUT_OF_RANGE
    signal accountBits[stateTreeLevels][childIndexBits(treeArity)] <==
        TreeIndex(treeArity, stateTreeLevels)(accountId);
    component credit[feeTokens];
    signal root[feeTokens + 1];
    root[0] <== oldRoot;
    for (var f = 0; f < feeTokens; f++) {
        credit[f] = Branch(treeArity, stateTreeLevels, tokenTreeLevels);
        credit[f].accountBits <== accountBits;
        credit[f].tokenBits <== TreeIndex(treeArity, tokenTreeLevels)(feeToken[f]);
        credit[f].oldHolding.account.kind <== LEAF_KIND_ACCOUNT();
        credit[f].oldHolding.account.nonce <== nonce[f];
        credit[f].oldHolding.account.address <== address[f];
        credit[f].oldHolding.account.pubKeyHash <== pubKeyHash[f];
        credit[f].oldHolding.balance <== balance[f];
        credit[f].newHolding.account <== credit[f].oldHolding.account;
        credit[f].newHolding.balance <== balance[f] + sums[f];
        credit[f].siblings.state <== stateSiblings[f];
        credit[f].siblings.tokens <== tokenSiblings[f];
        // RULE FEE_ACCOUNT_NOT_FOUND: the state has an account, kind 1, in this leaf.
        credit[f].oldRoot === root[f];
        root[f + 1] <== credit[f].newRoot;
    }
    newRoot <== root[feeTokens];
}
