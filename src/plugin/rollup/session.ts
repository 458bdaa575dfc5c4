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
import type { Held } from "../../lease/lease.ts";
import { Operator, type OperatorParts } from "../../operator/operator.ts";
import type { PromiseParts } from "../../operator/promises.ts";
import type { Store } from "../../operator/store.ts";
import type { Preset } from "../../protocol/presets.ts";
import type { Prover } from "../../prover/prover.ts";
import { assertBond, readBond } from "../../receipts/bond-on-l1.ts";
import { createRpcClient } from "../../api/client.ts";
import { createRpcHandler, type RpcHandler } from "../../server/handler.ts";
import { readInput } from "../../sdk/inputs.ts";
import { type RollupInfo, RollupProvider } from "../../sdk/provider.ts";
import type { DurableStore } from "../../store/durable-store.ts";
import { createGenesisState } from "../../state/rollup-state.ts";
import { settledWithin } from "../../util/deadline.ts";
import { isRollupError } from "../../util/errors.ts";
import { sizedPreset } from "../config/resolve.ts";
import { pluginError } from "../errors.ts";
import { packageContract, verifierContract } from "./artifact-names.ts";
import { buildRollupIfLeftOut } from "./build-on-demand.ts";
import { deployOptions } from "./options.ts";
import { createProver } from "./prover.ts";
import type { BondSettings, DeployOptions, OperatorSettings, RollupContracts } from "./types.ts";

const VERIFIER_ABI = [
  "function verifyProof(uint256 keyId, uint256[8] proof, uint256[] input) view returns (bool)",
  "function verifyProofs(uint256 inputCount, uint256[] claims) view returns (bool)",
];

/** Of a bond that is deployed with a rollup: the contract's minimum, 7 days. */
const BOND_DELAY_SECONDS = 7 * 24 * 60 * 60;

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

/** A store that may have something to close. */
type ClosableStore = Store & Partial<Pick<DurableStore, "close">>;

/** The part of a rollup that runs in this process. */
export interface LocalPart {
  readonly operator: Operator;
  readonly answer: RpcHandler;
  readonly prover: Prover;
  readonly crypto: BatchCrypto;
  /** Undefined if everything is free. */
  readonly fees: RunningFeePolicy | undefined;
  /** Undefined if nothing is kept beside the operator's own memory. */
  readonly store: ClosableStore | undefined;
  /** The right to lead; undefined if nobody else can use what it keeps. */
  readonly lease?: Held | undefined;
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
  const promises = options.bond && (await deployPromises(environment, l1, options.bond));
  const parts = { preset, feeAccountAddress, l1, prover, ...(promises && { promises }) };
  return startSession(environment, options, parts);
}

/** Deploys a bond, for which the network's first account signs. @throws BOND_UNDERFUNDED */
async function deployPromises(
  environment: Environment,
  { rollupAddress }: RollupClient,
  { penaltyWei, balanceWei }: BondSettings,
): Promise<PromiseParts> {
  const { deployBondOf } = await import("./bond.ts");
  const { connection } = environment;
  const signer = await firstSigner(connection);
  const terms = { penaltyWei, valueWei: balanceWei, delaySeconds: BOND_DELAY_SECONDS };
  const { address: signerAddress } = signer;
  const deployed = await deployBondOf(environment, rollupAddress, { signerAddress, ...terms });
  const bond = await readBond(connection.ethers.provider, deployed);
  assertBond(bond, rollupAddress, signerAddress);
  return { bond, signer, signerAddress };
}

/** What an operator needs besides the settings. */
export type LocalParts = Pick<
  OperatorParts,
  "preset" | "feeAccountAddress" | "prover" | "start" | "unpaid" | "promises" | "secondFactors"
> & {
  readonly l1: RollupClient;
  readonly store?: ClosableStore;
};

/** Creates an operator that works by itself, in mode `interval`, and its session. */
export async function startSession(
  environment: Environment,
  options: OperatorSettings,
  parts: LocalParts,
): Promise<Session> {
  const local = await createLocal(environment, options, parts);
  local.operator.start();
  return toSession(environment, parts.l1, local);
}

/** Creates an operator, which does nothing by itself yet. */
export async function createLocal(
  { config }: Environment,
  options: OperatorSettings,
  parts: LocalParts,
): Promise<LocalPart> {
  const { prover, store } = parts;
  const crypto = createBatchCrypto(config.rollup.operator.threads);
  const fees = await createFees(options, parts);
  const operator = await Operator.create({
    ...parts,
    crypto,
    ...(fees && { feePolicy: fees }),
    ...(options.logger && { logger: options.logger }),
    options: operatorOptions(options, config),
  });
  return { operator, answer: createRpcHandler(operator), prover, crypto, fees, store };
}

/** Makes a session with an operator in this process. */
export async function toSession(
  environment: Environment,
  l1: RollupClient,
  local: LocalPart,
): Promise<Session> {
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
  await local.store?.close?.();
  await local.lease?.release();
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

/** @throws NO_SIGNER */
export async function firstSigner({ ethers, networkName }: NetworkConnection) {
  const [signer] = await ethers.getSigners();
  if (signer !== undefined) return signer;
  throw pluginError({ code: "NO_SIGNER", network: networkName });
}
