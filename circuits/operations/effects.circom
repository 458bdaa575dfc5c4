pragma circom 2.2.0;

include "../generated/operations.circom";
include "../generated/protocol.circom";
include "../state/leaf.circom";

/*
 * What a slot does to account A, the payer.
 *
 * Inputs
 *   flags
 *   oldHolding       account A and its balance before
 *   amount           {Uint128}
 *   fee              {Uint128}  0 unless signed
 *   signingKeyHash   {Field}    Poseidon of the key that signs the slot
 * Outputs
 *   newHolding       after; the caller range-checks its balance
 *
 * Assumes: a signed slot has a nonce below the largest (Authorization).
 * Constraints: 3 for EffectOnA()
 */
template EffectOnA() {
    input OperationFlags() flags;
    input Holding() oldHolding;
    signal input amount, fee, signingKeyHash;
    output Holding() newHolding;

    newHolding.account.kind <== oldHolding.account.kind;
    newHolding.account.nonce <== oldHolding.account.nonce + flags.signed;
    newHolding.account.address <== oldHolding.account.address;
    newHolding.account.pubKeyHash <== oldHolding.account.pubKeyHash
        + flags.setsKey * (signingKeyHash - oldHolding.account.pubKeyHash);
    newHolding.balance <== oldHolding.balance - fee - flags.debitsA * amount;
}

/*
 * What a slot does to account B, the recipient or the target of a forced exit. A credit creates the
 * account if the leaf is empty; that it may is for the rules of the operation to say.
 *
 * Inputs
 *   flags
 *   oldHolding   account B and its balance before
 *   amount       {Uint128}
 *   address      {Uint160}  owner of the account if it is created
 * Outputs
 *   newHolding   after; the caller range-checks its balance
 *
 * Assumes: an empty leaf has nonce 0, address 0 and no signing key.
 * Constraints: 4 for EffectOnB()
 */
template EffectOnB() {
    input OperationFlags() flags;
    input Holding() oldHolding;
    signal input amount, address;
    output Holding() newHolding;

    signal creates <== flags.creditsB * (LEAF_KIND_ACCOUNT() - oldHolding.account.kind);
    newHolding.account.kind <== oldHolding.account.kind + creates;
    newHolding.account.nonce <== oldHolding.account.nonce;
    newHolding.account.address <== oldHolding.account.address + creates * address;
    newHolding.account.pubKeyHash <== oldHolding.account.pubKeyHash;
    newHolding.balance <== oldHolding.balance + (flags.creditsB - flags.debitsB) * amount;
}
