/** What the owner of a bond does with it: deploys it, pays into it, and withdraws it. */
import type { ArtifactManager } from "hardhat/types/artifacts";
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { Contract, ContractFactory, type InterfaceAbi, type Signer } from "ethers";
import { reasonOf } from "../../l1/refusals.ts";
import { type Bond, readBond } from "../../receipts/bond-on-l1.ts";
import { readBondRevert } from "../../receipts/bond-reverts.ts";
import { RECEIPT_BOND_ABI } from "../../receipts/generated/bond-abi.ts";
import { pluginError } from "../errors.ts";
import { packageContract } from "./artifact-names.ts";
import { locateRollup } from "./locate-rollup.ts";

/** What is done with a bond. */
export type BondAction =
  | { readonly type: "show" | "announceWithdrawal" | "cancelWithdrawal" | "withdraw" }
  | { readonly type: "fund"; readonly valueWei: bigint }
  | {
      readonly type: "deploy";
      /** Address of the rollup; default: as `locateRollup` finds it. */
      readonly rollup: string | undefined;
      readonly signerAddress: string;
      readonly penaltyWei: bigint;
      readonly delaySeconds: number;
      readonly valueWei: bigint;
    };

interface BondEnvironment {
  readonly config: HardhatConfig;
  readonly artifacts: ArtifactManager;
  readonly connection: NetworkConnection;
}

/** Full name of the contract that `deploy` needs. */
export function bondContract(config: HardhatConfig): string {
  return packageContract(config, "receipts/ReceiptBond.sol", "ReceiptBond");
}

/**
 * Does something with a bond by the network's first account.
 *
 * @param bondAddress - Not needed to deploy one.
 * @returns The bond afterwards.
 * @throws BOND_ADDRESS_MISSING, BOND_REVERTED, BOND_CALL_FAILED, BOND_NOT_FOUND, NO_SIGNER, and as
 * `locateRollup`
 */
export async function useBond(
  environment: BondEnvironment,
  bondAddress: string | undefined,
  action: BondAction,
): Promise<Bond> {
  const { ethers } = environment.connection;
  if (action.type === "deploy") {
    return readBond(ethers.provider, await deployBond(environment, action));
  }
  if (bondAddress === undefined) throw pluginError({ code: "BOND_ADDRESS_MISSING" });
  const bond = await readBond(ethers.provider, bondAddress);
  if (action.type === "show") return bond;
  const contract = new Contract(bond.bondAddress, RECEIPT_BOND_ABI, await firstSigner(environment));
  await orCallFailed(action.type, async () => {
    const overrides = action.type === "fund" ? { value: action.valueWei } : {};
    const call = contract.getFunction(action.type);
    await (await call.send(overrides)).wait();
  });
  return readBond(ethers.provider, bondAddress);
}

async function deployBond(
  environment: BondEnvironment,
  action: Extract<BondAction, { type: "deploy" }>,
): Promise<string> {
  const { config, connection } = environment;
  const { rollup, ...terms } = action;
  const settings = rollup === undefined ? {} : { rollup };
  const { rollupAddress } = await locateRollup(config, connection, settings);
  return deployBondOf(environment, rollupAddress, terms);
}

/** What the deployer of a bond chooses. */
export interface BondTerms {
  readonly signerAddress: string;
  /** What a broken promise costs. */
  readonly penaltyWei: bigint;
  /** Between the announcement of a withdrawal and the withdrawal. */
  readonly delaySeconds: number;
  /** What the bond begins with. */
  readonly valueWei: bigint;
}

/**
 * Deploys a bond, which belongs to the network's first account.
 *
 * @returns Its address.
 * @throws BOND_CALL_FAILED, NO_SIGNER
 */
export async function deployBondOf(
  environment: BondEnvironment,
  rollupAddress: string,
  { signerAddress, penaltyWei, delaySeconds, valueWei }: BondTerms,
): Promise<string> {
  const { config, artifacts } = environment;
  const owner = await firstSigner(environment);
  const { abi, bytecode } = await artifacts.readArtifact(bondContract(config));
  const factory = new ContractFactory(abi as InterfaceAbi, bytecode, owner);
  return orCallFailed("deploy", async () => {
    const terms = [await owner.getAddress(), signerAddress, penaltyWei, delaySeconds];
    const contract = await factory.deploy(rollupAddress, ...terms, { value: valueWei });
    await contract.waitForDeployment();
    return contract.getAddress();
  });
}

async function firstSigner({ connection }: BondEnvironment): Promise<Signer> {
  const [signer] = await connection.ethers.getSigners();
  if (signer !== undefined) return signer;
  throw pluginError({ code: "NO_SIGNER", network: connection.networkName });
}

/** Runs a call of a bond. @throws BOND_REVERTED, BOND_CALL_FAILED */
export async function orCallFailed<T>(call: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const revert = readBondRevert(cause);
    throw revert === undefined
      ? pluginError({ code: "BOND_CALL_FAILED", call, reason: reasonOf(cause) }, { cause })
      : pluginError({ code: "BOND_REVERTED", call, ...revert }, { cause });
  }
}
