/**
 * The client of a rollup, without Hardhat and for browsers too: `import { … } from
 * "hardhat-zkrollup/sdk"`.
 *
 * @example
 * const l1 = new JsonRpcProvider("http://127.0.0.1:8545");
 * const client = createRpcClient((method, params) => l1.send(method, params));
 * const provider = new RollupProvider(client);
 * // Whoever does not run the operator passes the contract that they trust with their money.
 * const wallet = await RollupWallet.create(await l1.getSigner(0), provider, { rollupAddress });
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
  type RequestReceipt,
  type RollupInfo,
  RollupProvider,
  type Token,
  type TokenReference,
  type TransactionReceipt,
} from "./sdk/provider.ts";
export { RollupSigner } from "./sdk/signer.ts";
export { RollupWallet } from "./sdk/wallet.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
