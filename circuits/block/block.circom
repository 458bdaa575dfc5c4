pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";
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
 * Public inputs, in this order
 *   digest, z, y                 {Field}   commitment to the public data and the next four inputs
 * Private inputs
 *   oldStateRoot, newStateRoot   {Field}   state roots before and after the block
 *   header                       {Field}   packed block number, timestamp and fee account
 *   domain                       {Field}   rollup that signatures are bound to
 *   op … address                     per slot: the columns of Operation
 *   validFrom … s, batch             per slot: the columns of Authorization
 *   linksNext                        per slot: see AssertBatches
 *   kind … tokenSiblings             per slot and branch, A then B: Holding and BranchSiblings
 *   feeToken, feeTokenIndex          see FeeSums
 *   feeNonce … feeTokenSiblings      per fee token: see FeeCredits
 *
 * Assumes: every balance in the state of oldStateRoot is below 2^128.
 * Guarantees: legal operations with this public data, and nothing else, lead from oldStateRoot to
 * newStateRoot; every balance in the state of newStateRoot is below 2^128.
 */
template Block(slots, treeArity, stateTreeLevels, tokenTreeLevels, feeTokens) {
    signal input oldStateRoot, newStateRoot, header, domain, digest, z, y;
    signal input op[slots], accountA[slots], accountB[slots], token[slots];
    signal input packedAmount[slots], packedFee[slots], amount[slots], address[slots];
    signal input validFrom[slots], validUntil[slots];
    signal input ax[slots], ay[slots], r8x[slots], r8y[slots], s[slots];
    signal input batch[slots], linksNext[slots];
    signal input kind[slots][2], nonce[slots][2], accountAddress[slots][2];
    signal input pubKeyHash[slots][2], balance[slots][2];
    signal input stateSiblings[slots][2][stateTreeLevels][treeArity - 1];
    signal input tokenSiblings[slots][2][tokenTreeLevels][treeArity - 1];
    signal input feeToken[feeTokens], feeTokenIndex[slots];
    signal input feeNonce[feeTokens], feeAddress[feeTokens], feePubKeyHash[feeTokens];
    signal input feeBalance[feeTokens];
    signal input feeStateSiblings[feeTokens][stateTreeLevels][treeArity - 1];
    signal input feeTokenSiblings[feeTokens][tokenTreeLevels][treeArity - 1];

    signal timestamp, feeAccountId;
    (timestamp, feeAccountId) <== DecodeHeader()(header);

    component slot[slots];
    signal root[slots + 1], chain[slots + 1];
    signal fee[slots], content[slots], signed[slots];
    SlotData() data[slots];
    (root[0], chain[0]) <== (oldStateRoot, domain);
    for (var i = 0; i < slots; i++) {
        slot[i] = Slot(treeArity, stateTreeLevels, tokenTreeLevels);
        slot[i].operation.op <== op[i];
        slot[i].operation.accountA <== accountA[i];
        slot[i].operation.accountB <== accountB[i];
        slot[i].operation.token <== token[i];
        slot[i].operation.packedAmount <== packedAmount[i];
        slot[i].operation.packedFee <== packedFee[i];
        slot[i].operation.amount <== amount[i];
        slot[i].operation.address <== address[i];
        slot[i].authorization.validFrom <== validFrom[i];
        slot[i].authorization.validUntil <== validUntil[i];
        slot[i].authorization.ax <== ax[i];
        slot[i].authorization.ay <== ay[i];
        slot[i].authorization.r8x <== r8x[i];
        slot[i].authorization.r8y <== r8y[i];
        slot[i].authorization.s <== s[i];
        slot[i].authorization.batch <== batch[i];
        for (var branch = 0; branch < 2; branch++) {
            slot[i].holdings[branch].account.kind <== kind[i][branch];
            slot[i].holdings[branch].account.nonce <== nonce[i][branch];
            slot[i].holdings[branch].account.address <== accountAddress[i][branch];
            slot[i].holdings[branch].account.pubKeyHash <== pubKeyHash[i][branch];
            slot[i].holdings[branch].balance <== balance[i][branch];
            slot[i].siblings[branch].state <== stateSiblings[i][branch];
            slot[i].siblings[branch].tokens <== tokenSiblings[i][branch];
        }
        (slot[i].oldRoot, slot[i].domain, slot[i].timestamp) <== (root[i], chain[i], timestamp);
        (root[i + 1], fee[i]) <== (slot[i].newRoot, slot[i].fee);
        (content[i], signed[i]) <== (slot[i].content, slot[i].signed);
        chain[i + 1] <== domain + linksNext[i] * content[i];
        data[i] <== slot[i].data;
    }

    AssertBatches(slots)(linksNext, batch, content, signed);
    signal feeSums[feeTokens] <== FeeSums(slots, feeTokens)(token, fee, feeToken, feeTokenIndex);
    signal rootAfterFees <== FeeCredits(feeTokens, treeArity, stateTreeLevels, tokenTreeLevels)(
        feeAccountId, feeToken, feeSums, root[slots], feeNonce, feeAddress, feePubKeyHash,
        feeBalance, feeStateSiblings, feeTokenSiblings);
    rootAfterFees === newStateRoot;
    AssertCommitment(slots)([oldStateRoot, newStateRoot, header, domain], data, digest, z, y);
}
