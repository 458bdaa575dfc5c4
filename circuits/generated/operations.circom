// generated from src/operations; run `npm run generate`
pragma circom 2.2.0;

include "../lib/one-hot.circom";
include "../operations/operation.circom";
include "../operations/noop.circom";
include "../operations/deposit.circom";
include "../operations/transfer.circom";
include "../operations/transfer-to-new.circom";
include "../operations/withdraw.circom";
include "../operations/full-exit.circom";
include "../operations/change-pub-key.circom";
include "../operations/forced-exit.circom";
include "../operations/refund.circom";
include "protocol.circom";

/*
 * The operations, as flags. A slot updates two branches of the state, of account A and then of
 * account B, both in the slot's token.
 *
 *  operation      code  signed  account A        account B          amount  address
 *  -------------  ----  ------  ---------------  -----------------  ------  ---------
 *  noop           0     -       -                -                  0       0
 *  deposit        1     -       -                + amount, creates  any     owner
 *  transfer       2     by A    - amount - fee   + amount, creates  packed  recipient
 *  transferToNew  3     by A    - amount - fee   + amount, creates  packed  recipient
 *  withdraw       4     by A    - amount - fee   -                  any     recipient
 *  fullExit       5     -       - amount         -                  any     owner
 *  changePubKey   6     by A    - fee, sets key  -                  0       owner
 *  forcedExit     7     by A    - fee            - amount           any     recipient
 *  refund         8     -       -                -                  any     owner
 *
 *  by A    = also adds 1 to the nonce of A
 *  creates = writes an account of kind 1 with the slot's address and no signing key, if the leaf is
 *            empty; whether it may be is for the rules of the operation to say
 *
 *  The rules of an operation are in the file of its name, the effects in effects.circom, what every
 *  signature has to satisfy in authorization.circom.
 */
bus OperationFlags() {
    // Exactly one of these is 1.
    signal noop;
    signal deposit;
    signal transfer;
    signal transferToNew;
    signal withdraw;
    signal fullExit;
    signal changePubKey;
    signal forcedExit;
    signal refund;
    // Sums of the above.
    signal signed;        // A signs, pays the fee, and its nonce counts up
    signal debitsA;       // A pays the amount
    signal debitsB;       // B pays the amount
    signal creditsB;      // B receives the amount
    signal setsKey;       // A gets the key that signs, and L1 sees it
    signal hasExtension;  // L1 sees more than the record
    signal showsAmount;   // the extension has the amount
    signal showsNonce;    // the extension has the nonce of A
}

/*
 * Inputs
 *   op      {Field}
 * Outputs
 *   flags
 *
 * Guarantees: op is the code of an operation, and flags are its row of the table above.
 * Constraints: 19 for DecodeOperation(), fewer in a block: there
 * a flag that belongs to one operation costs none.
 */
template DecodeOperation() {
    signal input op;
    output OperationFlags() flags;

    signal isOp[OPERATION_COUNT()] <== OneHot(OPERATION_COUNT())(op);
    flags.noop <== isOp[OP_NOOP()];
    flags.deposit <== isOp[OP_DEPOSIT()];
    flags.transfer <== isOp[OP_TRANSFER()];
    flags.transferToNew <== isOp[OP_TRANSFER_TO_NEW()];
    flags.withdraw <== isOp[OP_WITHDRAW()];
    flags.fullExit <== isOp[OP_FULL_EXIT()];
    flags.changePubKey <== isOp[OP_CHANGE_PUB_KEY()];
    flags.forcedExit <== isOp[OP_FORCED_EXIT()];
    flags.refund <== isOp[OP_REFUND()];

    flags.signed <== flags.transfer + flags.transferToNew + flags.withdraw + flags.changePubKey
        + flags.forcedExit;
    flags.debitsA <== flags.transfer + flags.transferToNew + flags.withdraw + flags.fullExit;
    flags.debitsB <== flags.forcedExit;
    flags.creditsB <== flags.deposit + flags.transfer + flags.transferToNew;
    flags.setsKey <== flags.changePubKey;
    flags.hasExtension <== 1 - flags.noop - flags.transfer;
    flags.showsAmount <== flags.deposit + flags.withdraw + flags.fullExit + flags.forcedExit
        + flags.refund;
    flags.showsNonce <== flags.changePubKey;
}

/*
 * Asserts that the columns an operation does not use are zero, so that a record has one meaning.
 *
 * Inputs
 *   flags, operation
 *
 * Constraints: 7 for AssertUnusedColumns()
 */
template AssertUnusedColumns() {
    input OperationFlags() flags;
    input Operation() operation;

    // RULE UNUSED_COLUMN_NOT_ZERO
    (flags.noop + flags.deposit + flags.refund) * operation.accountA === 0;
    (flags.noop + flags.withdraw + flags.fullExit + flags.changePubKey
        + flags.refund) * operation.accountB === 0;
    (1 - flags.transfer - flags.transferToNew) * operation.packedAmount === 0;
    (flags.noop + flags.deposit + flags.fullExit + flags.refund) * operation.packedFee === 0;
    (flags.noop + flags.changePubKey) * operation.amount === 0;
    flags.noop * operation.token === 0;
    flags.noop * operation.address === 0;
}

/*
 * The columns of an operation that stand in the message which A signs.
 *
 * Inputs
 *   flags, operation
 * Outputs
 *   code        {Uint8}     of the transaction as which the operation is signed
 *   amount      {Uint128}   0 if it is not signed
 *   recipient   {Uint160}   0 if it is not signed
 *
 * Constraints: 3 for SignedColumns()
 */
template SignedColumns() {
    input OperationFlags() flags;
    input Operation() operation;
    signal output code, amount, recipient;

    code <== operation.op + flags.transferToNew * (OP_TRANSFER() - OP_TRANSFER_TO_NEW());
    amount <== (flags.transfer + flags.transferToNew + flags.withdraw) * operation.amount;
    recipient <== (flags.transfer + flags.transferToNew + flags.withdraw
        + flags.forcedExit) * operation.address;
}

/*
 * Asserts the rules of the slot's operation, and only of it.
 *
 * Inputs
 *   flags, slot
 */
template OperationRules() {
    input OperationFlags() flags;
    input SlotView() slot;

    Noop()(flags.noop, slot);
    Deposit()(flags.deposit, slot);
    Transfer()(flags.transfer, slot);
    TransferToNew()(flags.transferToNew, slot);
    Withdraw()(flags.withdraw, slot);
    FullExit()(flags.fullExit, slot);
    ChangePubKey()(flags.changePubKey, slot);
    ForcedExit()(flags.forcedExit, slot);
    Refund()(flags.refund, slot);
}
