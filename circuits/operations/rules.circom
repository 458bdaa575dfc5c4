pragma circom 2.2.0;

include "change-pub-key.circom";
include "deposit.circom";
include "forced-exit.circom";
include "full-exit.circom";
include "operation.circom";
include "transfer-to-new.circom";
include "transfer.circom";
include "withdraw.circom";

/*
 * Asserts the rules of the slot's operation, and only of it. A noop and a refund have none of their
 * own.
 *
 * Inputs
 *   flags, slot
 *
 * Constraints: 18 for OperationRules()
 */
template OperationRules() {
    input OperationFlags() flags;
    input SlotView() slot;

    Deposit()(flags.deposit, slot);
    Transfer()(flags.transfer, slot);
    TransferToNew()(flags.transferToNew, slot);
    Withdraw()(flags.withdraw, slot);
    FullExit()(flags.fullExit, slot);
    ChangePubKey()(flags.changePubKey, slot);
    ForcedExit()(flags.forcedExit, slot);
}
