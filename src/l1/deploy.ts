/** Deploys a rollup from build artifacts, without Hardhat. */
import { ContractFactory, type InterfaceAbi, type Signer, ZeroAddress } from "ethers";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import type { InitializeParamsStruct } from "./generated/rollup.ts";
import { toChecksumAddress } from "./addresses.ts";
import { createSender } from "./sending.ts";

/** The part of a build artifact that a deployment needs. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi | readonly unknown[];
  /** 0x-hex, linked. */
  readonly bytecode: string;
}

/** The build artifacts of the contracts that a rollup is made of. */
export interface RollupArtifacts {
  /** `contracts/Rollup.sol`. */
  readonly rollup: ContractArtifact;
  /** `contracts/governance/RollupProxy.sol`, which creates its `UpgradeTimelock` itself. */
  readonly proxy: ContractArtifact;
  /** `contracts/ExitVerifier.sol`. */
  readonly exitVerifier: ContractArtifact;
  /** The verifier generated for the preset's circuits, or the mock verifier. */
  readonly verifier: ContractArtifact;
}

/** The roles of a rollup. */
export interface GovernanceSettings {
  /**
   * Addresses that may announce upgrades, which a timelock delays so that users can exit first.
   * Default: no timelock, and the deployer upgrades immediately; on local chains only.
   */
  readonly proposers?: readonly string[];
  /** Address that lists tokens and sets validators. Default: the timelock, or else the deployer. */
  readonly governor?: string;
  /** Address that may pause deposits, besides the governor. Default: nobody. */
  readonly guardian?: string;
  /**
   * Address that may set validators immediately, besides the governor, whose calls a timelock may
   * delay for longer than requests can wait. Default: nobody.
   */
  readonly validatorManager?: string;
  /** Addresses that may commit, execute and revert blocks. Default: the deployer. */
  readonly validators?: readonly string[];
}

/** The settings of a new rollup. */
export interface RollupSettings extends GovernanceSettings {
  /** Sizes of the rollup, which the verifier must have keys for. */
  readonly preset: Preset;
  /** L1 owner of the fee account, uint160; it determines the genesis state. */
  readonly feeAccountAddress: bigint;
  /** Root of the genesis state, see `createGenesisState`. */
  readonly genesisStateRoot: bigint;
  /** Time until an L1 request expires. Default: 14 days. */
  readonly priorityExpirationSeconds?: number;
  /** Fee of an L1 request in wei, at most 0.01 ether. Default: 0. */
  readonly requestFeeWei?: bigint;
  /** Address whose pending balance receives the request fees. Default: the governor. */
  readonly requestFeeRecipient?: string;
}

/** Where the contracts of a new rollup are. */
export interface DeployedRollup {
  /** Address of the proxy. */
  readonly rollupAddress: string;
  readonly verifierAddress: string;
  /** L1 block of the deployment, where events start. */
  readonly deploymentBlock: number;
}

const PRIORITY_EXPIRATION_SECONDS = 14 * 24 * 60 * 60;

/**
 * Deploys a rollup: both verifiers, the implementation, and the proxy. The proxy's constructor
 * creates the timelock if there are proposers, and initializes the rollup in the same transaction.
 *
 * @param deployer - Pays, and gets all roles that `settings` does not assign.
 * @param artifacts - Build artifacts of the four contracts.
 * @param settings - Preset, genesis, roles and fees.
 * @returns Addresses of proxy and verifier, and the L1 block of the deployment.
 * @throws DEV_KEYS_ON_LIVE_CHAIN if the verifier is insecure (dev keys or mock) and the chain is
 * not local; nothing has been deployed then.
 * @throws L1_REVERTED, for example with UpgraderWithoutNotice on a live chain without proposers;
 * the other codes of sending, see {@link RollupClient}
 *
 * @example
 * const artifacts = {
 *   rollup: await hre.artifacts.readArtifact("Rollup"),
 *   proxy: await hre.artifacts.readArtifact("RollupProxy"),
 *   exitVerifier: await hre.artifacts.readArtifact("ExitVerifier"),
 *   verifier: await hre.artifacts.readArtifact("MockVerifier"),
 * };
 * const [deployer] = await ethers.getSigners();
 * const feeAccountAddress = BigInt(deployer.address);
 * const { root } = createGenesisState(PRESETS.dev, { feeAccountAddress });
 * const settings = { preset: PRESETS.dev, feeAccountAddress, genesisStateRoot: root };
 * const deployed = await deployRollup(deployer, artifacts, settings);
 * const client = await connectRollup(deployed, deployer);
 * (await client.readStoredBlock(0)).stateRoot === root; // true
 */
export async function deployRollup(
  deployer: Signer,
  artifacts: RollupArtifacts,
  settings: RollupSettings,
): Promise<DeployedRollup> {
  const deployerAddress = await deployer.getAddress();
  const { preset, feeAccountAddress, genesisStateRoot, proposers } = settings;
  const { priorityExpirationSeconds = PRIORITY_EXPIRATION_SECONDS } = settings;
  const verifier = await deploy("RollupVerifier", artifacts.verifier, deployer);
  const implementation = await deploy("Rollup", artifacts.rollup, deployer);
  const exitVerifier = await deploy("ExitVerifier", artifacts.exitVerifier, deployer);
  const parameters = {
    verifier: verifier.address,
    exitVerifier: exitVerifier.address,
    // The zero address stands for the upgrader.
    governor: settings.governor ?? ZeroAddress,
    validatorManager: settings.validatorManager ?? ZeroAddress,
    guardian: settings.guardian ?? ZeroAddress,
    validators: [...(settings.validators ?? [deployerAddress])],
    feeAccount: toChecksumAddress(feeAccountAddress),
    genesisStateRoot,
    accountCapacity: accountCapacity(preset),
    tokenCapacity: tokenCapacity(preset),
    priorityExpirationSeconds,
    requestFeeWei: settings.requestFeeWei ?? 0n,
    requestFeeRecipient: settings.requestFeeRecipient ?? ZeroAddress,
  } satisfies InitializeParamsStruct;
  const proxy = await deploy("RollupProxy", artifacts.proxy, deployer, [
    implementation.address,
    proposers ?? [],
    proposers === undefined ? deployerAddress : ZeroAddress,
    parameters,
  ]);
  return {
    rollupAddress: proxy.address,
    verifierAddress: verifier.address,
    deploymentBlock: proxy.blockNumber,
  };
}

interface Deployed {
  readonly address: string;
  readonly blockNumber: number;
}

async function deploy(
  name: string,
  artifact: ContractArtifact,
  signer: Signer,
  parameters: readonly unknown[] = [],
): Promise<Deployed> {
  const factory = new ContractFactory(artifact.abi as InterfaceAbi, artifact.bytecode);
  const { data } = await factory.getDeployTransaction(...parameters);
  const sender = await createSender(signer);
  const call = { name: `The constructor of ${name}`, to: null, data, value: 0n };
  const { contractAddress, blockNumber } = await sender.send(call);
  return { address: contractAddress!, blockNumber };
}
