/** Sessions: one rollup of a network connection, and the ways to create one. */
import type { ArtifactManager } from "hardhat/types/artifacts";
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { Contract } from "ethers";
import type { IVerifier } from "../../../types/ethers-contracts/contracts/interfaces/IVerifier.ts";
import { type BatchCrypto, createBatchCrypto } from "../../kernel/batch.ts";
import type { RunningFeePolicy } from "../../fees/create-fee-service.ts";
import { connectRollup, type RollupClient, type RollupLocation } from "../../l1/client.ts";
import { deployRollup } from "../../l1/deploy.ts";
import { providerOf } from "../../l1/events.ts";
import { assertRollupAt } from "../../l1/presence.ts";
import { createSender } from "../../l1/sending.ts";
import type { Logger } from "../../operator/logger.ts";
import { assertDeployment } from "../../operator/deployment.ts";
import { operatorError } from "../../operator/errors.ts";
import { Operator, type OperatorParts } from "../../operator/operator.ts";
import type { Preset } from "../../protocol/presets.ts";
import type { Prover } from "../../prover/prover.ts";
import { completeHistory } from "../../restore/history.ts";
import { findOpenPayouts } from "../../restore/open-payouts.ts";
import { prepareStart } from "../../restore/resume.ts";
import { createRpcClient } from "../../api/client.ts";
import { createRpcHandler, type RpcHandler } from "../../server/handler.ts";
import { readInput } from "../../sdk/inputs.ts";
import { type RollupInfo, RollupProvider } from "../../sdk/provider.ts";
import type { DurableStore } from "../../store/durable-store.ts";
import { createGenesisState } from "../../state/rollup-state.ts";
import { isRollupError } from "../../util/errors.ts";
import { sizedPreset } from "../config/resolve.ts";
import { pluginError } from "../errors.ts";
import { type L1Access, openL1 } from "../node/l1-access.ts";
import { openNodeStore } from "../node/node-store.ts";
import { restoreFromNetwork } from "../restore/restore-from-network.ts";
import { packageContract, verifierContract } from "./artifact-names.ts";
import { buildRollupIfLeftOut } from "./build-on-demand.ts";
import { settledWithin } from "./keep-alive.ts";
import { locateRollup } from "./locate-rollup.ts";
import { deployOptions, resumeOptions } from "./options.ts";
import { createProver } from "./prover.ts";
import type { DeployOptions, OperatorSettings, ResumeOptions, RollupContracts } from "./types.ts";

const VERIFIER_ABI = [
  "function verifyProof(uint256 keyId, uint256[8] proof, uint256[] input) view returns (bool)",
  "function verifyProofs(uint256 inputCount, uint256[] claims) view returns (bool)",
];

/** Maximum time for an operator to end its present step. */
const STOPPING_MS_MAX = 5_000;

/** The part of the runtime environment that a deployment needs. */
export interface Environment {
  readonly config: HardhatConfig;
  readonly artifacts: ArtifactManager;
  readonly connection: NetworkConnection;
  /** Location of the connection's current rollup, if it has one. */
  readonly location: RollupLocation | undefined;
  /** Asserts that a rollup is the current one. @throws ROLLUP_REPLACED */
  readonly assertCurrent: (rollupAddress: string) => void;
}

/** The part of a rollup that runs in this process. */
export interface LocalPart {
  readonly operator: Operator;
  readonly answer: RpcHandler;
  readonly prover: Prover;
  readonly crypto: BatchCrypto;
  /** Undefined if everything is free. */
  readonly fees: RunningFeePolicy | undefined;
  /** Undefined if all stays in memory. */
  readonly store: DurableStore | undefined;
}

export interface Session {
  readonly contracts: RollupContracts;
  readonly l1: RollupClient;
  readonly provider: RollupProvider;
  /** Parts in this process; undefined if the operator runs in another. */
  readonly local?: LocalPart;
}

/** Deploys a rollup. @throws ROLLUP_NOT_BUILT, DEV_KEYS_ON_LIVE_CHAIN, and as `readInput` */
export async function deploySession(
  environment: Environment,
  given: DeployOptions,
): Promise<Session> {
  const options = readInput(deployOptions, given);
  const { config, connection, artifacts } = environment;
  const presetName = options.preset ?? config.rollup.preset;
  const proverName = options.prover ?? config.rollup.prover;
  const preset = sizedPreset(config.rollup, presetName);
  await buildRollupIfLeftOut(config, proverName);
  const prover = await createProver(config, presetName, proverName);
  const deployer = await firstSigner(connection);
  const feeAccountAddress = BigInt(options.feeAccount ?? deployer.address);
  const { priorityExpirationSeconds, requestFeeWei, requestFeeRecipient } = options;
  const location = await deployRollup(
    deployer,
    {
      rollup: await artifacts.readArtifact(packageContract(config, "Rollup.sol", "Rollup")),
      proxy: await artifacts.readArtifact(
        packageContract(config, "governance/RollupProxy.sol", "RollupProxy"),
      ),
      exitVerifier: await artifacts.readArtifact(
        packageContract(config, "ExitVerifier.sol", "ExitVerifier"),
      ),
      verifier: await artifacts.readArtifact(verifierContract(config, proverName)),
    },
    {
      preset,
      feeAccountAddress,
      genesisStateRoot: createGenesisState(preset, { feeAccountAddress }).root,
      ...(priorityExpirationSeconds !== undefined && { priorityExpirationSeconds }),
      ...(requestFeeWei !== undefined && { requestFeeWei }),
      ...(requestFeeRecipient !== undefined && { requestFeeRecipient }),
      ...options.governance,
    },
  );
  options.onDeployed?.(location);
  const l1 = await connectRollup(location, deployer);
  for (const token of options.tokens ?? []) await l1.listToken(token);
  return startSession(environment, options, { preset, feeAccountAddress, l1, prover });
}

/** Waits until an earlier operator has no pending transaction, before L1 is read. */
async function settlePredecessor({ signer, options }: L1Access, logger?: Logger): Promise<void> {
  const sender = await createSender(signer, {}, options);
  const { latestNonce, pendingNonce } = await sender.readPending();
  const count = pendingNonce - latestNonce;
  if (count > 0)
    logger?.info(`Waiting for ${count} L1 transactions of an operator before this one`);
  await sender.settlePending();
}

/**
 * Starts an operator in this process for a rollup without one, from the data on L1.
 *
 * @throws ROLLUP_ADDRESS_UNKNOWN, ROLLUP_IN_EXODUS, PROTOCOL_DIGEST_MISMATCH, ROLLUP_NOT_BUILT,
 * L1_REVERTED, and the codes of `restoreRollup` and `readInput`
 */
export async function resumeSession(
  environment: Environment,
  given: ResumeOptions,
): Promise<Session> {
  const options = readInput(resumeOptions, given);
  const { config, connection, location } = environment;
  const { logger, store: kept = { type: "memory" } } = options;
  const known = await locateRollup(config, connection, { ...options, known: location });
  const { rollupAddress } = known;
  const store = await openNodeStore(kept, { config, connection, rollupAddress, logger });
  try {
    return await resumeWith(environment, { ...options, known, store });
  } catch (error) {
    await store?.close();
    throw error;
  }
}

async function resumeWith(
  environment: Environment,
  options: Omit<ResumeOptions, "store"> & {
    readonly known: RollupLocation;
    readonly store: DurableStore | undefined;
  },
): Promise<Session> {
  const { config, connection } = environment;
  const { store, queue, logger } = options;
  const access = await openL1(config, connection, { logger, store });
  await settlePredecessor(access, logger);
  const settings = { ...options, access };
  const { l1, restored } = await restoreFromNetwork(
    config,
    connection,
    settings,
    options.onProgress,
  );
  const { preset, feeAccountAddress } = restored;
  const { rollupAddress } = l1;
  if (await l1.contract.exodusMode()) {
    throw operatorError({ code: "ROLLUP_IN_EXODUS", rollupAddress });
  }
  assertDeployment(preset, await l1.readDeployment());
  const proverName = options.prover ?? config.rollup.prover;
  await buildRollupIfLeftOut(config, proverName);
  const proofQueue = queue && { ...queue, ...(logger && { logger }) };
  const prover = await createProver(config, preset.name, proverName, proofQueue);
  const start = await prepareStart(l1, restored);
  const unpaid = await findOpenPayouts(l1, await completeHistory(l1, restored.history));
  const parts = { preset, feeAccountAddress, l1, prover, start, unpaid };
  return startSession(environment, options, { ...parts, ...(store && { store }) });
}

async function startSession(
  environment: Environment,
  options: OperatorSettings,
  parts: Pick<OperatorParts, "preset" | "feeAccountAddress" | "prover" | "start" | "unpaid"> & {
    readonly l1: RollupClient;
    readonly store?: DurableStore;
  },
): Promise<Session> {
  const { config } = environment;
  const { l1, prover, store } = parts;
  const crypto = createBatchCrypto(config.rollup.operator.threads);
  const fees = await createFees(options, parts);
  const operator = await Operator.create({
    ...parts,
    crypto,
    ...(fees && { feePolicy: fees }),
    ...(options.logger && { logger: options.logger }),
    options: operatorOptions(options, config),
  });
  operator.start();
  const local = { operator, answer: createRpcHandler(operator), prover, crypto, fees, store };
  return { ...(await describe(l1, environment)), local };
}

/** @throws FEE_TARGET_UNKNOWN, PRICE_SOURCE_INVALID */
async function createFees(
  { fees: settings, logger }: OperatorSettings,
  { preset, l1 }: { readonly preset: Preset; readonly l1: RollupClient },
): Promise<RunningFeePolicy | undefined> {
  if (settings === undefined) return undefined;
  const { createFeeService } = await import("../../fees/create-fee-service.ts");
  return createFeeService({ settings, preset, provider: providerOf(l1.contract), logger });
}

/**
 * Attaches to the rollup that the connected node serves by `rollup_*`.
 *
 * @throws ROLLUP_NOT_DEPLOYED, ROLLUP_NOT_FOUND
 */
export async function attachSession(environment: Environment): Promise<Session> {
  const { connection } = environment;
  const { rollupAddress } = await findRollup(connection);
  const signer = await firstSigner(connection);
  await assertRollupAt(connection.ethers.provider, rollupAddress);
  return describe(await connectRollup({ rollupAddress }, signer), environment);
}

/** Returns whether a node without rollups has answered with its own error. */
async function findRollup(connection: NetworkConnection): Promise<RollupInfo> {
  try {
    return await createProvider(connection, () => {}).getConfig();
  } catch (cause) {
    if (isRollupError(cause)) throw cause;
    const network = connection.networkName;
    throw pluginError({ code: "ROLLUP_NOT_DEPLOYED", network }, { cause });
  }
}

/** Waits for running work up to a limit, and then interrupts proofs and hashes. */
export async function closeSession({ local }: Session): Promise<void> {
  if (local === undefined) return;
  await settledWithin(local.operator.close(), STOPPING_MS_MAX);
  await local.store?.close();
  await local.prover.close();
  await local.crypto.close();
  local.fees?.close();
}

async function describe(
  l1: RollupClient,
  { connection, assertCurrent }: Environment,
): Promise<Session> {
  const address = await l1.contract.verifier();
  const verifier = new Contract(address, VERIFIER_ABI, l1.contract.runner);
  // The generated type has events and filters, which tests of a contract use.
  const rollup = l1.contract as unknown as RollupContracts["rollup"];
  const contracts = { rollup, verifier: verifier as unknown as IVerifier };
  const provider = createProvider(connection, () => assertCurrent(l1.rollupAddress));
  return { contracts, l1, provider };
}

/**
 * Creates a client that uses JSON-RPC even in this process, so that every wallet has one path.
 *
 * @param guard - Throws if another rollup would answer.
 */
function createProvider({ provider }: NetworkConnection, guard: () => void): RollupProvider {
  return new RollupProvider(
    createRpcClient(async (method, params) => {
      guard();
      return provider.request({ method, params });
    }),
  );
}

function operatorOptions(options: OperatorSettings, { rollup }: HardhatConfig) {
  const { mode, blocksPerTransaction, proofsPerTransaction } = options;
  return {
    blockTimeMs: options.blockTimeMs ?? rollup.operator.blockTimeMs,
    blockOverhead: rollup.operator.blockOverhead,
    ...(mode && { mode }),
    ...(blocksPerTransaction !== undefined && { blocksPerTransaction }),
    ...(proofsPerTransaction !== undefined && { proofsPerTransaction }),
  };
}

async function firstSigner({ ethers, networkName }: NetworkConnection) {
  const [signer] = await ethers.getSigners();
  if (signer !== undefined) return signer;
  throw pluginError({ code: "NO_SIGNER", network: networkName });
}
