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
 * const l1 = ethers.provider; // or a JsonRpcProvider
 * const client = createRpcClient((method, params) => l1.send(method, params));
 * const { rollupAddress } = await new RollupProvider(client).getConfig();
 * // Users who do not run the operator pass the address of a contract that they trust.
 * const options = { rollupAddress };
 * const [, signer] = await ethers.getSigners();
 * const wallet = await RollupWallet.create(signer, new RollupProvider(client), options);
 * wallet.address === signer.address; // true
 */
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
export type { SendContent } from "./sdk/drafts.ts";
export type { FeeParams } from "./sdk/fee-params.ts";
export { BatchHandle, RequestHandle, TransactionHandle } from "./sdk/handles.ts";
export { keyDerivationMessage } from "./sdk/key-derivation.ts";
export type {
  DepositParams,
  ForcedExitParams,
  FullExitParams,
  SetSigningKeyParams,
  TransactionOptions,
  TransferParams,
  WalletOptions,
  WithdrawParams,
} from "./sdk/params.ts";
export {
  type AccountInfo,
  type BatchMember,
  type BlockInfo,
  type FeeEstimate,
  type RequestReceipt,
  type RollupInfo,
  RollupProvider,
  type ListedToken,
  type Token,
  type TokenReference,
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
export { RollupSigner } from "./sdk/signer.ts";
export { RollupWallet } from "./sdk/wallet.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
