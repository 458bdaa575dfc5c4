/**
 * The operator of a rollup and its server, without Hardhat: `import { … } from
 * "hardhat-zkrollup/node"`. State, restore and L1 are in `hardhat-zkrollup/core`.
 *
 * A test runs the examples of its docstrings, in the scope that src/core.ts describes.
 *
 * @example
 * const [validator, , , owner] = await ethers.getSigners();
 * const l1 = ethers.provider; // or a JsonRpcProvider
 * const { rollupAddress } = await provider.getConfig();
 * const client = await connectRollup({ rollupAddress }, validator);
 * const restored = await restoreRollup(createRestoreSource(client));
 * const start = await prepareStart(client, restored);
 * const { preset, feeAccountAddress } = restored;
 * const prover = createMockProver(); // for a contract with the mock verifier
 * const parts = { preset, feeAccountAddress, l1: client, prover, start };
 * const operator = await Operator.create({ ...parts, options: { mode: "interval" } });
 * operator.start();
 * const askL1 = (method, params) => l1.send(method, params);
 * const server = await serveOperator(operator, askL1, { port: 0 });
 *
 * const remote = new ethers.JsonRpcProvider(server.url);
 * const rpc = createRpcClient((method, params) => remote.send(method, params));
 * const wallet = await RollupWallet.create(owner, new RollupProvider(rpc));
 * const deposit = await wallet.deposit({ token: "ETH", amount: 1000n });
 * (await deposit.wait("executed")).status; // "executed"
 * await wallet.getBalance("ETH"); // 1000n
 * remote.destroy();
 * await server.close();
 * await operator.close();
 */
// Operator.
export { type Clock, systemClock } from "./operator/clock.ts";
export type { L1Port } from "./operator/l1-port.ts";
export { type LogFields, type Logger, silentLogger } from "./operator/logger.ts";
export type { EventListener, L1Call, L1Step, OperatorWatcher } from "./operator/watchers.ts";
export {
  Operator,
  type OperatorMode,
  type OperatorOptions,
  type OperatorParts,
} from "./operator/operator.ts";
export type { PromiseParts, SignedPromise } from "./operator/promises.ts";
export type { BlockRecord } from "./operator/ledger/blocks.ts";
export type { LedgerEvent } from "./operator/ledger/events.ts";
export type { Ledger, StartingPoint } from "./operator/ledger/ledger.ts";
export type { SecondFactorInfo, SignedSetting } from "./operator/ledger/second-factor-checks.ts";
export type { Receipt, RequestReceipt, TransactionReceipt } from "./operator/ledger/receipts.ts";
export {
  createMemoryStore,
  type MemoryStoreOptions,
  type Store,
  type StoredLedger,
} from "./operator/store.ts";
export { type BatchCrypto, createBatchCrypto } from "./kernel/batch.ts";
// Fees.
export type {
  ConsentKind,
  DueOperation,
  FeeParts,
  FeePolicy,
  FeeQuote,
  FeeRequest,
  PaidOperation,
} from "./operator/fee-policy.ts";
export {
  createFeeService,
  type FeeServiceOptions,
  type FeeSettings,
  type RunningFeePolicy,
  type TokenPriceConfig,
} from "./fees/create-fee-service.ts";
// Provers.
export { createMockProver } from "./prover/mock-prover.ts";
export type { JobProof, ProofJob, Prover } from "./prover/prover.ts";
// Log, metrics and readiness.
export {
  createLog,
  type Log,
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
  type LogOptions,
  type LogOutput,
} from "./logs/log.ts";
export { createL1Source, type L1Source } from "./metrics/l1-source.ts";
export { Monitor, type MonitorOptions } from "./metrics/monitor.ts";
// API and server.
export { RPC_METHODS, type RpcAccess, type RpcMethod } from "./api/methods.ts";
export { deriveL2ChainId, type RollupPlace } from "./server/ethereum/chain-id.ts";
export { createRpcHandler, type RpcHandler } from "./server/handler.ts";
export { L1_METHOD_SETS, type L1MethodSet } from "./server/l1-methods.ts";
export type { L1Request } from "./server/l1-passage.ts";
export { DEFAULT_RPC_LIMITS, type RpcLimits } from "./server/limits.ts";
export { L1CallError } from "./server/public-errors.ts";
export {
  type RpcEndpoint,
  type RpcServer,
  type RpcServerOptions,
  serveRpc,
} from "./server/rpc-server.ts";
export { DEFAULT_STREAM_LIMITS, type StreamLimits } from "./server/stream.ts";
export {
  type OperatorServer,
  type OperatorServerOptions,
  type PublicPortOptions,
  serveOperator,
} from "./server/serve-operator.ts";
export { isRollupError, RollupError } from "./util/errors.ts";
