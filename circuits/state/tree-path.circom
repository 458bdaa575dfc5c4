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
 * One node of a Merkle tree before and after one of its children changes.
 *
 * Inputs
 *   oldChild, newChild   {Field}
 *   bits[]               {Bool}    index of the child, lowest bit first
 *   siblings[arity - 1]  {Field}   the other children in ascending order
 * Outputs
 *   oldNode, newNode     {Field}   Poseidon of all children
 *
 * Assumes: the bits are 0 or 1.
 * Constraints: 824 for TreeNode(8)
 */
template TreeNode(arity) {
    var indexBits = childIndexBits(arity);
    signal input oldChild, newChild;
    signal input bits[indexBits];
    signal input siblings[arity - 1];
    signal output oldNode, newNode;

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

    // The child is carried along the siblings up to its place; from there on each place gets the
    // sibling before it.
    signal oldChildren[arity];
    signal newChildren[arity];
    var carried = oldChild;
    var isBeforeChild = 1;
    for (var i = 0; i < arity - 1; i++) {
        isBeforeChild -= isChild[i];
        oldChildren[i] <== carried + isBeforeChild * (siblings[i] - carried);
        carried += siblings[i] - oldChildren[i];
    }
    oldChildren[arity - 1] <== carried;
    for (var i = 0; i < arity; i++) {
        newChildren[i] <== oldChildren[i] + isChild[i] * (newChild - oldChild);
    }

    oldNode <== Poseidon(arity)(oldChildren);
    newNode <== Poseidon(arity)(newChildren);
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
 * The roots of a Merkle tree before and after one leaf changes.
 *
 * Inputs
 *   oldLeaf, newLeaf              {Field}
 *   indexBits[levels][]           {Bool}    see TreeIndex
 *   siblings[levels][arity - 1]   {Field}   per level, from the leaf's own upwards
 * Outputs
 *   oldRoot, newRoot              {Field}
 *
 * Assumes: the bits are 0 or 1.
 * Guarantees: some tree of root oldRoot has oldLeaf at the index, and newRoot is the root of that
 * tree with newLeaf in its place. The caller compares oldRoot with a root that it trusts.
 * Constraints: 6592 for TreePath(8, 8)
 */
template TreePath(arity, levels) {
    signal input oldLeaf, newLeaf;
    signal input indexBits[levels][childIndexBits(arity)];
    signal input siblings[levels][arity - 1];
    signal output oldRoot, newRoot;

    signal oldNodes[levels + 1];
    signal newNodes[levels + 1];
    oldNodes[0] <== oldLeaf;
    newNodes[0] <== newLeaf;
    for (var level = 0; level < levels; level++) {
        (oldNodes[level + 1], newNodes[level + 1]) <== TreeNode(arity)(
            oldNodes[level], newNodes[level], indexBits[level], siblings[level]);
    }
    oldRoot <== oldNodes[levels];
    newRoot <== newNodes[levels];
}
