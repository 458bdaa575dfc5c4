/**
 * The client of a rollup, without Hardhat and for browsers too: `import { … } from
 * "hardhat-zkrollup/sdk"`.
 *
 * A test runs the examples of its docstrings (test/docs/examples.test.ts). In their scope are all
 * exports of the entry points; `ethers`, `rollup` and `hre` as in a Hardhat test; `provider`, the
 * rollup's `RollupProvider`; and the wallets `alice` and `bob`, each with 10 ETH and a signing key
 * on L2. A comment after an expression is its value, or the code that it throws.
 *
 * @example
 * const { rollupAddress } = await provider.getConfig();
 * // A URL, or as here a provider of ethers. Users who do not run the operator pin the address of a
 * // contract that they trust.
 * const connected = await connect(ethers.provider, { rollupAddress });
 * const [, signer] = await ethers.getSigners();
 * const wallet = await connected.wallet(signer);
 * wallet.address === signer.address; // true
 */
export type { Abort } from "./api/abort.ts";
export { createRpcClient, type JsonRpcRequest, type RpcClient } from "./api/client.ts";
export {
  closestPackableAmountAbove,
  closestPackableAmountBelow,
  closestPackableFeeAbove,
  closestPackableFeeBelow,
  formatAmount,
  isPackableAmount,
  isPackableFee,
  parseAmount,
} from "./sdk/amounts.ts";
export { TransactionBatch } from "./sdk/batch.ts";
export type { BlockOptions } from "./sdk/blocks.ts";
export { RollupAccount } from "./sdk/account.ts";
export { connect, type RollupNode, type RpcSender } from "./sdk/connect.ts";
export type { ConnectionOptions } from "./sdk/connection-params.ts";
export { describeTransaction } from "./sdk/describe.ts";
export type {
  AccountEvent,
  BlockEvent,
  RequestEvent,
  RollupEvent,
  TransactionEvent,
} from "./sdk/events.ts";
export type { AccountTransaction } from "./sdk/history.ts";
export type { SendContent } from "./sdk/drafts.ts";
export type { FeeParams } from "./sdk/fee-params.ts";
export { BatchHandle, RequestHandle, TransactionHandle } from "./sdk/handles.ts";
export type { L1SignerLike, ViemAccount, ViemClient } from "./sdk/l1-signers.ts";
export type { EventArguments, EventName, Listener, Unsubscribe } from "./sdk/listeners.ts";
export {
  decodeTransaction,
  encodeTransaction,
  type Offline,
  type OfflineOptions,
  OfflineWallet,
} from "./sdk/offline.ts";
export { OwnerWallet } from "./sdk/owner.ts";
export { type DerivationOptions, keyDerivationMessage } from "./sdk/key-derivation.ts";
export type {
  ApprovalParams,
  DepositParams,
  ForcedExitParams,
  FullExitParams,
  PendingParams,
  PendingPayment,
  SecondFactorParams,
  SetSigningKeyParams,
  TransactionOptions,
  TransferParams,
  WalletOptions,
  WithdrawParams,
} from "./sdk/params.ts";
export type { HistoryOptions, WaitOptions } from "./sdk/provider-params.ts";
export {
  type AccountInfo,
  type Balances,
  type BatchMember,
  type BlockInfo,
  type FeeEstimate,
  type OperatorStatus,
  type ProvingStatus,
  type RequestReceipt,
  type RollupInfo,
  RollupProvider,
  type SecondFactor,
  type ListedToken,
  type SignedSecondFactorSetting,
  type SignedTransactionParam,
  type StateName,
  type Token,
  type TokenReference,
  type TransactionDetails,
  type TransactionReceipt,
} from "./sdk/provider.ts";
export { type Bond, readBond } from "./receipts/bond-on-l1.ts";
export {
  type BlockPromise,
  type InclusionPromise,
  type InclusionWish,
  promiseToJson,
  type PromiseTrust,
} from "./sdk/promises.ts";
export { Rollup } from "./sdk/rollup.ts";
export { secondFactorText } from "./sdk/second-factor-text.ts";
export type { OpenSocket, SocketEvent, SocketLike } from "./sdk/stream-link.ts";
export { RollupSigner } from "./sdk/signer.ts";
export {
  type RollupActions,
  rollupActions,
  type RollupBalanceParams,
  type RollupWaitParams,
  type RollupWatchParams,
} from "./sdk/viem.ts";
export { RollupWallet } from "./sdk/wallet.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
