pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/comparators.circom";
include "../lib/poseidon.circom";

/*
 * The words of a leaf of the state tree; docs/state.md has a picture.
 *
 * No template checks the width of a word that it reads from a leaf: every word of every leaf was
 * written by a block that made it from words of its width, or is 0.
 */
bus Leaf() {
    signal noncePlusOne;             // {Uint33}  0 = empty leaf
    signal address;                  // {Uint160} owner on L1
    signal pubKeyHash;               // {Field}   Poseidon of the signing key, 0 = none
    signal reserved;                 // {Field}   0; no operation of this version writes it
    signal tails[TAILS()];           // {Field}   roots of the trees of all other balances
    signal balances[MAIN_TOKENS()];  // {Uint128} of the main tokens
}

/* An account, without its balances. */
bus Account() {
    signal kind;        // {Bool}    1 = account, 0 = empty leaf
    signal nonce;       // {Uint32}  number of operations that it has signed
    signal address;     // {Uint160} owner on L1
    signal pubKeyHash;  // {Field}   Poseidon of the signing key, 0 = none
}

/* An account and its balance of one token. */
bus Holding() {
    Account() account;
    signal balance;  // {Uint128}
}

/* Puts the words of a leaf together. */
template LeafOf() {
    signal input noncePlusOne, address, pubKeyHash, reserved;
    signal input tails[TAILS()], balances[MAIN_TOKENS()];
    output Leaf() leaf;

    (leaf.noncePlusOne, leaf.address) <== (noncePlusOne, address);
    (leaf.pubKeyHash, leaf.reserved) <== (pubKeyHash, reserved);
    (leaf.tails, leaf.balances) <== (tails, balances);
}

/*
 * The value of a leaf in the state tree.
 *
 * Inputs
 *   leaf
 * Outputs
 *   hash   {Field}
 *
 * Guarantees: no other leaf has this value.
 * Constraints: 609
 */
template LeafHash() {
    input Leaf() leaf;
    signal output hash;

    hash <== Poseidon(16)([
        leaf.noncePlusOne, leaf.address, leaf.pubKeyHash, leaf.reserved,
        leaf.tails[0], leaf.tails[1], leaf.tails[2], leaf.tails[3],
        leaf.balances[0], leaf.balances[1], leaf.balances[2], leaf.balances[3],
        leaf.balances[4], leaf.balances[5], leaf.balances[6], leaf.balances[7]
    ]);
}

/*
 * The account in a leaf.
 *
 * Inputs
 *   leaf
 * Outputs
 *   account
 *
 * Guarantees: an empty leaf has kind 0 and nonce 0, any other kind 1.
 * Constraints: 4 for AccountOfLeaf()
 */
template AccountOfLeaf() {
    input Leaf() leaf;
    output Account() account;

    signal isEmpty <== IsZero()(leaf.noncePlusOne);
    account.kind <== LEAF_KIND_ACCOUNT() - isEmpty;
    account.nonce <== leaf.noncePlusOne - account.kind;
    account.address <== leaf.address;
    account.pubKeyHash <== leaf.pubKeyHash;
}
