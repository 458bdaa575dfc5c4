/** Deploys a rollup. Build artifacts are handed in, so this works without Hardhat. */
import { ContractFactory, type InterfaceAbi, type Signer, ZeroAddress } from "ethers";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import type { InitializeParamsStruct } from "./generated/rollup.ts";
import { toChecksumAddress } from "./addresses.ts";
import { createSender } from "./sending.ts";

/** What is needed of a build artifact. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi | readonly unknown[];
  readonly bytecode: string;
}

export interface RollupArtifacts {
  /** Of `contracts/Rollup.sol`. */
  readonly rollup: ContractArtifact;
  /** Of `contracts/governance/RollupProxy.sol`, which creates its `UpgradeTimelock` itself. */
  readonly proxy: ContractArtifact;
  /** Of `contracts/ExitVerifier.sol`. */
  readonly exitVerifier: ContractArtifact;
  /** Of the verifier generated for the preset's circuits, or of the mock verifier. */
  readonly verifier: ContractArtifact;
}

/** Who governs a rollup. */
export interface GovernanceSettings {
  /**
   * Addresses that may announce upgrades, which a timelock then holds back until users had the time
   * to exit. Default: no timelock, the deployer upgrades at once; on local chains only.
   */
  readonly proposers?: readonly string[];
  /** Address that lists tokens and sets validators. Default: the timelock, or else the deployer. */
  readonly governor?: string;
  /** Address that may pause deposits, beside the governor. Default: nobody. */
  readonly guardian?: string;
  /**
   * Address that may set validators at once, beside the governor, whose acts a timelock may hold
   * back for longer than requests wait. Default: nobody.
   */
  readonly validatorManager?: string;
  /** Addresses that may commit, execute and revert blocks. Default: the deployer alone. */
  readonly validators?: readonly string[];
}

export interface RollupSettings extends GovernanceSettings {
  readonly preset: Preset;
  /** L1 owner of the fee account, uint160: with it anyone can make the genesis state. */
  readonly feeAccountAddress: bigint;
  /** Root of the genesis state. */
  readonly genesisStateRoot: bigint;
  /** How long an L1 request may wait. Default: 14 days. */
  readonly priorityExpirationSeconds?: number;
  /** What an L1 request costs, in wei, at most 0.01 ether. Default: nothing. */
  readonly requestFeeWei?: bigint;
  /** Address whose pending balance the request fees become. Default: the governor. */
  readonly requestFeeRecipient?: string;
}

export interface DeployedRollup {
  /** Of the proxy. */
  readonly rollupAddress: string;
  readonly verifierAddress: string;
  /** L1 block of the rollup's deployment: where its events start. */
  readonly deploymentBlock: number;
}

const PRIORITY_EXPIRATION_SECONDS = 14 * 24 * 60 * 60;

/**
 * Deploys both verifiers, implementation, and the proxy, whose constructor creates the timelock if
 * there are proposers and starts the rollup: it exists started or not at all.
 *
 * @param deployer - Pays, and gets all roles that `settings` gives to nobody else.
 * @throws DEV_KEYS_ON_LIVE_CHAIN if the verifier is insecure (dev keys or mock) and the chain is
 * not local; nothing has been deployed then.
 * @throws L1_REVERTED for example with UpgraderWithoutNotice: without proposers, and not local.
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
    // The zero address is whoever upgrades.
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
