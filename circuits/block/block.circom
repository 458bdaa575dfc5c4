pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../state/cells.circom";
include "../state/leaf.circom";
include "batches.circom";
include "fees.circom";
include "public-data.circom";
include "slot.circom";

/*
 * Unpacks the header of a block.
 *
 * Inputs
 *   header         {Field}
 * Outputs
 *   timestamp      {Uint64}   Unix seconds
 *   feeAccountId   {Uint24}
 *
 * Guarantees: the header holds its packed columns and nothing else. L1 checks the block number.
 * Constraints: 123 for DecodeHeader()
 */
template DecodeHeader() {
    signal input header;
    signal output timestamp, feeAccountId;

    var headerBits = HEADER_BLOCK_NUMBER_SHIFT_BITS() + 8 * BLOCK_NUMBER_BYTES();
    signal bits[headerBits] <== ToBits(headerBits)(header);
    var timestampSum = 0;
    for (var i = 0; i < 8 * TIMESTAMP_BYTES(); i++) {
        timestampSum += bits[HEADER_TIMESTAMP_SHIFT_BITS() + i] * (1 << i);
    }
    var feeAccountIdSum = 0;
    for (var i = 0; i < 8 * ACCOUNT_ID_BYTES(); i++) {
        feeAccountIdSum += bits[HEADER_FEE_ACCOUNT_ID_SHIFT_BITS() + i] * (1 << i);
    }
    timestamp <== timestampSum;
    feeAccountId <== feeAccountIdSum;
}

/*
 * A block: its slots in order, then the fees; and the commitment to its public data and to the
 * inputs that L1 knows.
 *
 * Parameters
 *   slots        number of operations
 *   levels       levels of the state tree in use: ids are below 8^levels
 *   upperLevels  levels of the state tree above these
 *   tailLevels   levels of a leaf's tails; 0 if all tokens are main tokens
 *   feeTokens    number of tokens in which the block takes fees
 * Public inputs, in this order
 *   digest, z, y                 {Field}   commitment to the public data and the next four inputs
 * Private inputs
 *   oldStateRoot, newStateRoot   {Field}   state roots before and after the block
 *   header                       {Field}   packed block number, timestamp and fee account
 *   domain                       {Field}   rollup that signatures are bound to
 *   op … address                     per slot: the columns of Operation
 *   validFrom … s, batch             per slot: the columns of Authorization
 *   linksNext                        per slot: see AssertBatches
 *   noncePlusOne … balances          per slot and branch, A then B: the words of Leaf
 *   tailBalance, tailSiblings        per slot and branch: see UpdateBalance
 *   stateSiblings                    per slot and branch: see ReplaceLeaf
 *   cells, upperSiblings             see ReplaceCell and TopOfTree; before the block
 *   feeToken, feeTokenIndex          see FeeSums
 *   feeNoncePlusOne … feeTailSiblings    see FeeCredits
 *
 * Assumes: every balance in the state of oldStateRoot is below 2^128.
 * Guarantees: legal operations with this public data, and nothing else, lead from oldStateRoot to
 * newStateRoot; every balance in the state of newStateRoot is below 2^128.
 */
template Block(slots, levels, upperLevels, tailLevels, feeTokens) {
    var levelsBelow = levels - CELL_LEVELS();
    signal input oldStateRoot, newStateRoot, header, domain, digest, z, y;
    signal input op[slots], accountA[slots], accountB[slots], token[slots];
    signal input packedAmount[slots], packedFee[slots], amount[slots], address[slots];
    signal input validFrom[slots], validUntil[slots];
    signal input ax[slots], ay[slots], r8x[slots], r8y[slots], s[slots];
    signal input batch[slots], linksNext[slots];
    signal input noncePlusOne[slots][2], accountAddress[slots][2], pubKeyHash[slots][2];
    signal input reserved[slots][2], tails[slots][2][TAILS()], balances[slots][2][MAIN_TOKENS()];
    signal input tailBalance[slots][2], tailSiblings[slots][2][tailLevels][TREE_ARITY() - 1];
    signal input stateSiblings[slots][2][levelsBelow][TREE_ARITY() - 1];
    signal input cells[8][8], upperSiblings[upperLevels][TREE_ARITY() - 1];
    signal input feeToken[feeTokens], feeTokenIndex[slots];
    signal input feeNoncePlusOne, feeAddress, feePubKeyHash, feeReserved;
    signal input feeTails[TAILS()], feeBalances[MAIN_TOKENS()];
    signal input feeTailBalance[feeTokens];
    signal input feeTailSiblings[feeTokens][tailLevels][TREE_ARITY() - 1];
    signal input feeStateSiblings[levelsBelow][TREE_ARITY() - 1];

    signal timestamp, feeAccountId;
    (timestamp, feeAccountId) <== DecodeHeader()(header);

    component slot[slots];
    signal state[slots + 1][8][8], chain[slots + 1];
    signal fee[slots], content[slots], signed[slots];
    SlotData() data[slots];
    (state[0], chain[0]) <== (cells, domain);
    for (var i = 0; i < slots; i++) {
        slot[i] = Slot(levels, tailLevels);
        (slot[i].operation.op, slot[i].operation.token) <== (op[i], token[i]);
        slot[i].operation.accountA <== accountA[i];
        slot[i].operation.accountB <== accountB[i];
        slot[i].operation.packedAmount <== packedAmount[i];
        slot[i].operation.packedFee <== packedFee[i];
        (slot[i].operation.amount, slot[i].operation.address) <== (amount[i], address[i]);
        slot[i].authorization.validFrom <== validFrom[i];
        slot[i].authorization.validUntil <== validUntil[i];
        (slot[i].authorization.ax, slot[i].authorization.ay) <== (ax[i], ay[i]);
        (slot[i].authorization.r8x, slot[i].authorization.r8y) <== (r8x[i], r8y[i]);
        (slot[i].authorization.s, slot[i].authorization.batch) <== (s[i], batch[i]);
        for (var branch = 0; branch < 2; branch++) {
            slot[i].leaves[branch] <== LeafOf()(
                noncePlusOne[i][branch], accountAddress[i][branch], pubKeyHash[i][branch],
                reserved[i][branch], tails[i][branch], balances[i][branch]);
        }
        (slot[i].tailBalance, slot[i].tailSiblings) <== (tailBalance[i], tailSiblings[i]);
        (slot[i].siblings, slot[i].cells) <== (stateSiblings[i], state[i]);
        (slot[i].domain, slot[i].timestamp) <== (chain[i], timestamp);
        (state[i + 1], fee[i]) <== (slot[i].newCells, slot[i].fee);
        (content[i], signed[i]) <== (slot[i].content, slot[i].signed);
        chain[i + 1] <== domain + linksNext[i] * content[i];
        data[i] <== slot[i].data;
    }

    AssertBatches(slots)(linksNext, batch, content, signed);
    signal feeSums[feeTokens] <== FeeSums(slots, feeTokens)(token, fee, feeToken, feeTokenIndex);
    Leaf() feeLeaf <== LeafOf()(
        feeNoncePlusOne, feeAddress, feePubKeyHash, feeReserved, feeTails, feeBalances);
    signal lastCells[8][8] <== FeeCredits(feeTokens, levels, tailLevels)(
        feeAccountId, feeToken, feeSums, feeLeaf, feeTailBalance, feeTailSiblings,
        feeStateSiblings, state[slots]);

    signal before, after;
    (before, after) <== TopOfTree(upperLevels)(cells, lastCells, upperSiblings);
    before === oldStateRoot;
    after === newStateRoot;
    AssertCommitment(slots)([oldStateRoot, newStateRoot, header, domain], data, digest, z, y);
}
