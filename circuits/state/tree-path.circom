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
 * Inputs
 *   child[versions]      {Field}
 *   bits[]               {Bool}    index of the child, lowest bit first
 *   siblings[arity - 1]  {Field}   the other children in ascending order
 * Outputs
 *   node[versions]       {Field}   Poseidon of all children
 *
 * Assumes: the bits are 0 or 1.
 * Constraints: 414 for TreeNode(8, 1)
 * Constraints: 824 for TreeNode(8, 2)
 */
template TreeNode(arity, versions) {
    var indexBits = childIndexBits(arity);
    signal input child[versions];
    signal input bits[indexBits];
    signal input siblings[arity - 1];
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

    // The first child is carried along the siblings up to its place; from there on each place gets
    // the sibling before it. Later versions change only that place.
    signal children[versions][arity];
    var carried = child[0];
    var isBeforeChild = 1;
    for (var i = 0; i < arity - 1; i++) {
        isBeforeChild -= isChild[i];
        children[0][i] <== carried + isBeforeChild * (siblings[i] - carried);
        carried += siblings[i] - children[0][i];
    }
    children[0][arity - 1] <== carried;
    for (var v = 1; v < versions; v++) {
        for (var i = 0; i < arity; i++) {
            children[v][i] <== children[0][i] + isChild[i] * (child[v] - child[0]);
        }
    }
    for (var v = 0; v < versions; v++) {
        node[v] <== Poseidon(arity)(children[v]);
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
 * Constraints: 6592 for TreePath(8, 8, 2)
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
