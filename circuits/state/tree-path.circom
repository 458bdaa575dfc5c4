pragma circom 2.1.0;

include "../lib/bits.circom";
include "../lib/poseidon.circom";

// Bits of a child's index in a node of `arity` children, a power of two.
function childIndexBits(arity) {
    var bits = 0;
    while (2 ** bits < arity) {
        bits++;
    }
    assert(2 ** bits == arity);
    return bits;
}

/*
 * One node of a Merkle tree that differs in one child: in 1 version to read it, in 2 to update it.
 *
 * Only the S-box of that child differs in the first round of the hash. So a further version takes
 * the state after that round from the first version, and changes it by what the S-boxes of the two
 * children make; Poseidon goes on from there.
 *
 * Inputs
 *   child[versions]      {Field}
 *   bits[]               {Bool}    index of the child, lowest bit first
 *   siblings[arity - 1]  {Field}   the other children in ascending order
 * Outputs
 *   node[versions]       {Field}   Poseidon of all children
 *
 * Assumes: the bits are 0 or 1.
 * Constraints: 414 for TreeNode(8, 1)
 * Constraints: 806 for TreeNode(8, 2)
 */
template TreeNode(arity, versions) {
    var indexBits = childIndexBits(arity);
    signal input child[versions], bits[indexBits], siblings[arity - 1];
    signal output node[versions];

    // isChild[i] = 1 exactly for i = index. Each bit doubles the row of flags: where it is set, the
    // flag moves to the upper half. The upper half adds up to the bit, so its first flag is free.
    signal moved[arity - 1 - indexBits];
    var isChild[arity];
    isChild[0] = 1;
    var products = 0;
    for (var b = 0; b < indexBits; b++) {
        var half = 2 ** b;
        isChild[half] = bits[b];
        for (var i = 1; i < half; i++) {
            moved[products] <== bits[b] * isChild[i];
            isChild[half + i] = moved[products];
            isChild[half] -= moved[products];
            isChild[i] -= moved[products];
            products++;
        }
        isChild[0] -= isChild[half];
    }

    // The child is carried up to its place; from there on each place gets the sibling before it.
    signal children[arity];
    var carried = child[0];
    var isBeforeChild = 1;
    for (var i = 0; i < arity - 1; i++) {
        isBeforeChild -= isChild[i];
        children[i] <== carried + isBeforeChild * (siblings[i] - carried);
        carried += siblings[i] - children[i];
    }
    children[arity - 1] <== carried;

    // What the S-box of its place makes of the child.
    var t = arity + 1;
    var constants[8][t] = POSEIDON_FULL_CONSTANTS(t);
    var mds[t][t] = POSEIDON_MDS(t);
    var inverse[t][t] = POSEIDON_MDS_INVERSE(t);
    signal square[versions], quad[versions], fifth[versions];
    var constant = 0;
    for (var i = 0; i < arity; i++) { constant += isChild[i] * constants[0][i + 1]; }
    for (var v = 0; v < versions && versions > 1; v++) {
        square[v] <== (child[v] + constant) * (child[v] + constant);
        quad[v] <== square[v] * square[v];
        fifth[v] <== quad[v] * (child[v] + constant);
    }

    // The state after the first round, whose first element is an expression of the others.
    signal state[versions][arity];
    state[0] <== PoseidonFirstRound(t)(children);
    node[0] <== PoseidonOtherRounds(t)(state[0]);
    for (var v = 1; v < versions; v++) {
        var change[t];
        for (var i = 1; i < t; i++) {
            var sum = 0;
            for (var j = 1; j < t; j++) { sum += mds[i][j] * isChild[j - 1]; }
            state[v][i - 1] <-- state[0][i - 1] + sum * (fifth[v] - fifth[0]);
            change[i] = state[v][i - 1] - state[0][i - 1];
            change[0] -= POSEIDON_SCHUR_COMPLEMENT(t) * inverse[0][i] * change[i];
        }
        for (var i = 1; i < t; i++) {
            var sum = 0;
            for (var j = 0; j < t; j++) { sum += inverse[i][j] * change[j]; }
            isChild[i - 1] * (fifth[v] - fifth[0]) === sum;
        }
        node[v] <== PoseidonOtherRounds(t)(state[v]);
    }
}

/*
 * Splits the index of a leaf into the indices of the children on its path.
 *
 * Inputs
 *   index            {Field}
 * Outputs
 *   bits[levels][]   {Bool}    per level, from the leaf's own upwards; lowest bit first
 *
 * Guarantees: the tree has a leaf of this index, index < arity^levels.
 * Constraints: 25 for TreeIndex(8, 8)
 */
template TreeIndex(arity, levels) {
    var bitsPerLevel = childIndexBits(arity);
    signal input index;
    signal output bits[levels][bitsPerLevel];

    signal allBits[levels * bitsPerLevel] <== ToBits(levels * bitsPerLevel)(index);
    for (var level = 0; level < levels; level++) {
        for (var b = 0; b < bitsPerLevel; b++) {
            bits[level][b] <== allBits[level * bitsPerLevel + b];
        }
    }
}

/*
 * The root of a Merkle tree that differs in one leaf: in 1 version to read it, in 2 to update it.
 *
 * Inputs
 *   leaf[versions]                {Field}
 *   indexBits[levels][]           {Bool}    see TreeIndex
 *   siblings[levels][arity - 1]   {Field}   per level, from the leaf's own upwards
 * Outputs
 *   root[versions]                {Field}
 *
 * Assumes: the bits are 0 or 1.
 * Guarantees: some tree of root root[0] has leaf[0] at the index, and root[v] is the root of that
 * tree with leaf[v] in its place. The caller compares root[0] with a root that it trusts.
 * Constraints: 3312 for TreePath(8, 8, 1)
 * Constraints: 6448 for TreePath(8, 8, 2)
 */
template TreePath(arity, levels, versions) {
    signal input leaf[versions];
    signal input indexBits[levels][childIndexBits(arity)];
    signal input siblings[levels][arity - 1];
    signal output root[versions];

    signal nodes[levels + 1][versions];
    nodes[0] <== leaf;
    for (var level = 0; level < levels; level++) {
        nodes[level + 1] <== TreeNode(arity, versions)(
            nodes[level], indexBits[level], siblings[level]);
    }
    root <== nodes[levels];
}
