/**
 * What a rollup is, without Hardhat and without an operator: state, operations, blocks, the
 * contract on L1, the restore from L1 and the exit: `import { … } from "hardhat-zkrollup/core"`.
 *
 * A test runs the examples of its docstrings (test/docs/examples.test.ts). In their scope are,
 * beside what src/sdk.ts lists: `client`, a `RollupClient` of the rollup whose signer is a
 * validator; `networkHelpers` as in a Hardhat test; and `folder`, the path of an empty folder.
 *
 * @example
 * const l1 = ethers.provider; // or a JsonRpcProvider
 * const { rollupAddress } = await provider.getConfig();
 * const client = await connectRollup({ rollupAddress }, l1);
 * const { executed } = await restoreRollup(createRestoreSource(client));
 * const accountId = executed.state.accountIdOf(BigInt(alice.address));
 * executed.state.balance(accountId, ETH_TOKEN_ID); // ethers.parseEther("10")
 */
// Protocol: sizes, operations, stages.
export { AMOUNT_MAX, ETH_TOKEN_ID, GENESIS_FEE_ACCOUNT_ID } from "./protocol/constants.ts";
export { PROTOCOL_DIGEST } from "./operations/table.ts";
export { OPERATION_NAMES, type OperationName } from "./operations/table.ts";
export {
  accountCapacity,
  type Preset,
  PRESET_NAMES,
  type PresetName,
  PRESETS,
  tokenCapacity,
} from "./protocol/presets.ts";
export type { BlockKind, BlockTokens } from "./protocol/kinds.ts";
export { hasReached, type Stage, STAGES } from "./protocol/stages.ts";
// State.
export type { Account } from "./state/account.ts";
export { createGenesisState, type LeafUpdate, RollupState } from "./state/rollup-state.ts";
export {
  type AccountSnapshot,
  fromSnapshot,
  type StateSnapshot,
  toSnapshot,
} from "./state/snapshot.ts";
// Keys.
export { createSigningKey, type SigningKey } from "./crypto/eddsa.ts";
// Operations.
export { applyOperation, applyPublicOperation } from "./operations/apply.ts";
export type { Operation, PublicOperation, SignedOperation } from "./operations/operation.ts";
export {
  closestPackableAmountAbove,
  closestPackableAmountBelow,
  closestPackableFeeAbove,
  closestPackableFeeBelow,
  isPackableAmount,
  isPackableFee,
} from "./operations/packed.ts";
export { payoutsOf } from "./operations/payouts.ts";
export type { Effect } from "./operations/apply.ts";
export type { Payout } from "./operations/rules.ts";
export { type PriorityRequest, toOperation, toTransaction } from "./operations/to-operation.ts";
export {
  type SignedTransaction,
  signingDomain,
  signTransaction,
  type Transaction,
} from "./operations/transaction.ts";
// Blocks.
export {
  type AppliedBlock,
  applyBlock,
  applyPublicBlock,
  type Block,
  type BlockHeader,
  type PublicBlock,
} from "./block/block.ts";
export { type BlockCommitment, commitBlock } from "./block/commitment.ts";
export { decodePubdata, encodePubdata } from "./block/pubdata.ts";
// The contract on L1.
export {
  type ConnectOptions,
  connectRollup,
  RollupClient,
  type RollupLocation,
} from "./l1/client.ts";
export {
  type ContractArtifact,
  type DeployedRollup,
  deployRollup,
  type GovernanceSettings,
  type RollupSettings,
} from "./l1/deploy.ts";
export { L1_LIMITS, type L1Limits } from "./l1/gas.ts";
export type { Rollup } from "./l1/generated/rollup.ts";
export type { JournaledTransaction, L1Journal } from "./l1/journal.ts";
export type { Patience, SendingEvent } from "./l1/settings.ts";
export { hashStoredBlock } from "./l1/stored-block.ts";
export type { L1BlockId, L1Transaction, QueuedRequest, StoredBlock, Token } from "./l1/types.ts";
// Restore from L1.
export type { FaultyBlock, RestoredBlock, StateAtBlock } from "./restore/chain.ts";
export { type CheckpointStore, createCheckpointFile } from "./restore/checkpoint-file.ts";
export { completeHistory, type L1History, readTokens, requestsOf } from "./restore/history.ts";
export { findOpenPayouts, makeOpenPayouts, type OpenPayouts } from "./restore/open-payouts.ts";
export {
  type RestoredRollup,
  type RestoreOptions,
  type RestoreProgress,
  restoreRollup,
} from "./restore/restore.ts";
export { prepareStart, type ValidatorPort } from "./restore/resume.ts";
export { createRestoreSource, type RestoreSource } from "./restore/source.ts";
// Exit.
export {
  type ExitReport,
  type ExitRequest,
  exitRollup,
  type ExitStep,
  type ExodusStatus,
  proveExit,
  readExodusStatus,
} from "./exit/exit.ts";
export { exitAndAccount, requestFullExits, toExitRequest } from "./exit/request.ts";
// Errors, and bigints in JSON.
export { isRollupError, RollupError } from "./util/errors.ts";
export { bigintFromJson, bigintToJson, toJson } from "./util/json.ts";
