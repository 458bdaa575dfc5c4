pragma circom 2.1.0;

include "hardhat-zkrollup/circuits/lib/poseidon.circom";

/*
 * Knows the secret of a leaf of the tree.
 *
 * Inputs
 *   root               {Field}   public: the tree's
 *   recipient          {Field}   public: who is paid; nobody else can use the proof
 *   secret             {Field}
 *   siblings[levels]   {Field}   from the leaf upward
 *   isRight[levels]    {Bool}    whether the node is the right child of its parent
 * Outputs
 *   nullifier          {Field}   the same for each proof with this secret
 *
 * Guarantees: Poseidon(secret, 0) is a leaf of the tree, and nullifier is Poseidon(secret, 1).
 */
template AllowList(levels) {
    signal input root;
    signal input recipient;
    signal input secret;
    signal input siblings[levels];
    signal input isRight[levels];
    signal output nullifier;

    signal node[levels + 1];
    signal left[levels];
    node[0] <== Poseidon(2)([secret, 0]);
    for (var i = 0; i < levels; i++) {
        isRight[i] * (isRight[i] - 1) === 0;
        left[i] <== node[i] + isRight[i] * (siblings[i] - node[i]);
        node[i + 1] <== Poseidon(2)([left[i], node[i] + siblings[i] - left[i]]);
    }
    node[levels] === root;
    nullifier <== Poseidon(2)([secret, 1]);

    // A public input that is in no constraint could be changed in a finished proof.
    signal bound <== recipient * recipient;
}

component main {public [root, recipient]} = AllowList(3);
