pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/poseidon.circom";
include "leaf.circom";
include "tree-path.circom";

/*
 * Replaces one cell. The cells are the nodes two levels below the root of the part of the state
 * tree that a block uses, so that what is above them is hashed once a block: cells[i][j] is child j
 * of child i of that root.
 *
 * Inputs
 *   cells[8][8]   {Field}
 *   column[3]     {Bool}    index j of the cell, lowest bit first
 *   row[3]        {Bool}    index i
 *   old, new      {Field}
 * Outputs
 *   newCells
 *
 * Assumes: the bits are 0 or 1.
 * Guarantees: the cell at the index has the value old; newCells has new there, and every other cell
 * unchanged.
 * Constraints: 143 for ReplaceCell()
 */
template ReplaceCell() {
    signal input cells[8][8];
    signal input column[3], row[3];
    signal input old, new;
    signal output newCells[8][8];

    // As in TreeNode, isColumn[j] and isRow[i] are sums of bits and products of bits.
    signal moved[2][4];
    var is[2][8];
    for (var k = 0; k < 2; k++) {
        var bits[3] = k == 0 ? column : row;
        moved[k][0] <== bits[0] * bits[1];
        var isPair[4] = [
            1 - bits[0] - bits[1] + moved[k][0], bits[0] - moved[k][0],
            bits[1] - moved[k][0], moved[k][0]
        ];
        var isHigh[4];
        isHigh[0] = bits[2];
        for (var i = 1; i < 4; i++) {
            moved[k][i] <== isPair[i] * bits[2];
            isHigh[i] = moved[k][i];
            isHigh[0] -= moved[k][i];
        }
        for (var i = 0; i < 4; i++) {
            is[k][i] = isPair[i] - isHigh[i];
            is[k][4 + i] = isHigh[i];
        }
    }

    // ofRow[j] is cells[i][j] of the row i; the cell is the column's among these.
    signal inRow[7][8], inColumn[6];
    var ofRow[8];
    for (var j = 0; j < 8; j++) {
        ofRow[j] = cells[0][j];
        for (var i = 1; i < 8; i++) {
            inRow[i - 1][j] <== is[1][i] * (cells[i][j] - cells[0][j]);
            ofRow[j] += inRow[i - 1][j];
        }
    }
    var found = ofRow[0];
    for (var j = 1; j < 7; j++) {
        inColumn[j - 1] <== is[0][j] * (ofRow[j] - ofRow[0]);
        found += inColumn[j - 1];
    }
    is[0][7] * (ofRow[7] - ofRow[0]) === old - found;

    signal change[8];
    for (var i = 0; i < 8; i++) {
        change[i] <== is[1][i] * (new - old);
        for (var j = 0; j < 8; j++) {
            newCells[i][j] <== cells[i][j] + is[0][j] * change[i];
        }
    }
}

/*
 * Replaces one leaf of the state tree.
 *
 * Inputs
 *   oldLeaf, newLeaf
 *   accountBits[levels][3]       {Bool}    TreeIndex of the account id
 *   siblings[levels - 2][7]      {Field}   siblings of the leaf and of its parents up to its cell
 *   cells[8][8]                  {Field}
 * Outputs
 *   newCells
 *
 * Assumes: the bits are 0 or 1; the caller has made the words of newLeaf from those of oldLeaf, and
 * compares the top of the tree over the cells with a root that it trusts.
 * Guarantees: the tree has oldLeaf, and no other, at the account id; newCells belongs to the same
 * tree with newLeaf there.
 * Constraints: 4585 for ReplaceLeaf(6)
 */
template ReplaceLeaf(levels) {
    input Leaf() oldLeaf, newLeaf;
    signal input accountBits[levels][3];
    var levelsBelow = levels - CELL_LEVELS();
    signal input siblings[levelsBelow][TREE_ARITY() - 1];
    signal input cells[8][8];
    signal output newCells[8][8];

    signal bitsBelow[levelsBelow][3];
    for (var level = 0; level < levelsBelow; level++) {
        bitsBelow[level] <== accountBits[level];
    }
    signal oldHash <== LeafHash()(oldLeaf);
    signal newHash <== LeafHash()(newLeaf);
    signal nodes[2] <== TreePath(TREE_ARITY(), levelsBelow, 2)(
        [oldHash, newHash], bitsBelow, siblings);
    newCells <== ReplaceCell()(
        cells, accountBits[levels - 2], accountBits[levels - 1], nodes[0], nodes[1]);
}

/*
 * The root of the state tree over two versions of the cells.
 *
 * Inputs
 *   oldCells, newCells                 {Field}
 *   upperSiblings[upperLevels][7]      {Field}   siblings of the node over the cells, and of its
 *                                                parents: their index is 0 at every level
 * Outputs
 *   oldRoot, newRoot                   {Field}
 *
 * Constraints: 7236 for TopOfTree(0)
 * Constraints: 8848 for TopOfTree(2)
 */
template TopOfTree(upperLevels) {
    signal input oldCells[8][8], newCells[8][8];
    signal input upperSiblings[upperLevels][TREE_ARITY() - 1];
    signal output oldRoot, newRoot;

    signal oldNodes[8], newNodes[8];
    for (var i = 0; i < 8; i++) {
        oldNodes[i] <== Poseidon(8)(oldCells[i]);
        newNodes[i] <== Poseidon(8)(newCells[i]);
    }
    signal tops[2];
    tops[0] <== Poseidon(8)(oldNodes);
    tops[1] <== Poseidon(8)(newNodes);
    signal zeros[upperLevels][3];
    for (var level = 0; level < upperLevels; level++) {
        for (var b = 0; b < 3; b++) { zeros[level][b] <== 0; }
    }
    signal roots[2] <== TreePath(TREE_ARITY(), upperLevels, 2)(tops, zeros, upperSiblings);
    (oldRoot, newRoot) <== (roots[0], roots[1]);
}
