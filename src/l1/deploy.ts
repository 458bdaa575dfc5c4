/** Deploys a rollup. Build artifacts are handed in, so this works without Hardhat. */
import { type Addressable, ContractFactory, type InterfaceAbi, type Signer } from "ethers";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import type { Rollup } from "../../types/ethers-contracts/Rollup.ts";
import { toL1Error } from "./reverts.ts";

/** What is needed of a build artifact. */
export interface ContractArtifact {
  readonly abi: InterfaceAbi | readonly unknown[];
  readonly bytecode: string;
}

export interface RollupArtifacts {
  /** Of `contracts/Rollup.sol`. */
  readonly rollup: ContractArtifact;
  /** Of the verifier generated for the preset's circuits, or of the mock verifier. */
  readonly verifier: ContractArtifact;
}

export interface RollupSettings {
  readonly preset: Preset;
  readonly genesisStateRoot: bigint;
  /** Address that lists tokens and sets validators. Default: the deployer. */
  readonly governor?: string;
  /** Addresses that may commit, execute and revert blocks. Default: the deployer alone. */
  readonly validators?: readonly string[];
  /** How long an L1 request may wait. Default: 14 days. */
  readonly priorityExpirationSeconds?: number;
}

export interface DeployedRollup {
  readonly rollupAddress: string;
  readonly verifierAddress: string;
  /** L1 block of the rollup's deployment: where its events start. */
  readonly deploymentBlock: number;
}

const PRIORITY_EXPIRATION_SECONDS = 14 * 24 * 60 * 60;

/**
 * Deploys verifier and rollup and starts the rollup.
 *
 * @param deployer - Pays, and gets all roles that `settings` gives to nobody else.
 * @throws DEV_KEYS_ON_LIVE_CHAIN if the verifier is insecure (dev keys or mock) and the chain is
 * not local; nothing has been deployed then.
 * @throws L1_REVERTED
 */
export async function deployRollup(
  deployer: Signer,
  artifacts: RollupArtifacts,
  settings: RollupSettings,
): Promise<DeployedRollup> {
  const verifier = await deploy("RollupVerifier", artifacts.verifier, deployer);
  const rollup = await deploy("Rollup", artifacts.rollup, deployer);
  const deployerAddress = await deployer.getAddress();
  const { preset, genesisStateRoot } = settings;
  const parameters = {
    verifier: verifier.address,
    governor: settings.governor ?? deployerAddress,
    validators: [...(settings.validators ?? [deployerAddress])],
    genesisStateRoot,
    accountCapacity: accountCapacity(preset),
    tokenCapacity: tokenCapacity(preset),
    priorityExpirationSeconds: settings.priorityExpirationSeconds ?? PRIORITY_EXPIRATION_SECONDS,
  };
  await reverting("initialize", async () => {
    const transaction = await (rollup.contract as unknown as Rollup).initialize(parameters);
    await transaction.wait();
  });
  return {
    rollupAddress: rollup.address,
    verifierAddress: verifier.address,
    deploymentBlock: rollup.blockNumber,
  };
}

interface Deployed {
  readonly contract: Addressable;
  readonly address: string;
  readonly blockNumber: number;
}

async function deploy(name: string, artifact: ContractArtifact, signer: Signer): Promise<Deployed> {
  const factory = new ContractFactory(artifact.abi as InterfaceAbi, artifact.bytecode, signer);
  return reverting(`The constructor of ${name}`, async () => {
    const contract = await factory.deploy();
    const receipt = await contract.deploymentTransaction()!.wait();
    const address = await contract.getAddress();
    return { contract, address, blockNumber: receipt!.blockNumber };
  });
}

/** Runs `action`, and turns a revert it meets into a coded error. */
async function reverting<T>(call: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toL1Error(call, error);
  }
}
