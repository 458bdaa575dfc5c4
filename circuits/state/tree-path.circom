pragma circom 2.1.0;

include "../lib/bits.circom";
include "../lib/poseidon.circom";

// Number of bits of a child's index in a node with `arity` children, a power of two.
function childIndexBits(arity) {
    var bits = 0;
    while ((1 << bits) < arity) {
        bits++;
    }
    assert((1 << bits) == arity);
    return bits;
}

/*
 * One node of a Merkle tree, in versions that differ in one child: 1 to read it, 2 to update it.
 *
 * In the first round of the hash, the versions differ only in the S-box of that child. So a further
 * version takes the state after that round from the first version, corrects it by the difference of
 * the two S-boxes, and continues Poseidon from there.
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

    // isChild[i] = 1 exactly for i = index. Each bit doubles the row of flags; a set bit moves the
    // flag to the upper half, which adds up to the bit, so its first flag needs no constraint.
    signal moved[arity - 1 - indexBits];
    var isChild[arity];
    isChild[0] = 1;
    var products = 0;
    for (var b = 0; b < indexBits; b++) {
        var half = 1 << b;
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

    // The child moves up to its place; each place after it gets the sibling before.
    signal children[arity];
    var carried = child[0];
    var isBeforeChild = 1;
    for (var i = 0; i < arity - 1; i++) {
        isBeforeChild -= isChild[i];
        children[i] <== carried + isBeforeChild * (siblings[i] - carried);
        carried += siblings[i] - children[i];
    }
    children[arity - 1] <== carried;

    // The child after the S-box of its place, in each version.
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

    // The state after the first round; its first element is a linear expression in the others.
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
 * Splits a leaf's index into the indices of the children on its path.
 *
 * Inputs
 *   index            {Field}
 * Outputs
 *   bits[levels][]   {Bool}    per level, the leaf's level first; lowest bit first
 *
 * Guarantees: the tree has a leaf with this index: index < arity^levels.
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
 * The root of a Merkle tree, in versions that differ in one leaf: 1 to read it, 2 to update it.
 *
 * Inputs
 *   leaf[versions]                {Field}
 *   indexBits[levels][]           {Bool}    see TreeIndex
 *   siblings[levels][arity - 1]   {Field}   per level, the leaf's level first
 * Outputs
 *   root[versions]                {Field}
 *
 * Assumes: the bits are 0 or 1.
 * Guarantees: root[0] is the root of a tree with leaf[0] at the index, and root[v] is the root of
 * the same tree with leaf[v] there. The caller compares root[0] with a root that it trusts.
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
