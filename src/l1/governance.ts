/** Reads the roles of a rollup from L1. */
import {
  type BytesLike,
  Contract,
  dataSlice,
  getAddress,
  isError,
  type Provider,
  ZeroAddress,
} from "ethers";
import type { Rollup } from "./generated/rollup.ts";
import { isRollupError } from "../util/errors.ts";
import { providerOf } from "./events.ts";
import { toL1Error } from "./reverts.ts";

/** The roles of a rollup and their delays. */
export interface Governance {
  /** Contract with the rollup's code, behind the proxy. */
  readonly implementationAddress: string;
  /** Contract that upgrades the proxy. */
  readonly proxyAdminAddress: string;
  /** Owner of the proxy admin: an `UpgradeTimelock`, or an account on a local chain. */
  readonly upgraderAddress: string;
  /** Delay of upgrades after their announcement; 0 without a timelock. */
  readonly noticeSeconds: number;
  /** Lists tokens, and sets validators, their manager and the guardian. */
  readonly governorAddress: string;
  /** Delay of the governor's calls after their announcement; 0 without a timelock. */
  readonly governorDelaySeconds: number;
  /** Sets validators, without a delay; the zero address for nobody. */
  readonly validatorManagerAddress: string;
  /** Pauses deposits; the zero address for nobody. */
  readonly guardianAddress: string;
}

/** A weakness of a deployment that is allowed. */
export type GovernanceWarning =
  | { readonly code: "VALIDATORS_FIXED_FOR_TOO_LONG"; readonly delaySeconds: number }
  | { readonly code: "VALIDATOR_ALONE" };

/** Storage slots of ERC-1967: hashes of `eip1967.proxy.…`, minus 1. */
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ADMIN_SLOT = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

/** Equal to the list in contracts/libraries/LocalChain.sol. */
const LOCAL_CHAIN_IDS = [31337n, 1337n];

interface ProxyAdmin {
  owner(): Promise<string>;
}

interface Timelock {
  getMinDelay(): Promise<bigint>;
}

/** Reads the roles of a rollup. */
export async function readGovernance(contract: Rollup): Promise<Governance> {
  const provider = providerOf(contract);
  const rollupAddress = await contract.getAddress();
  const [implementation, admin, governorAddress, validatorManagerAddress, guardianAddress] =
    await Promise.all([
      provider.getStorage(rollupAddress, IMPLEMENTATION_SLOT),
      provider.getStorage(rollupAddress, ADMIN_SLOT),
      contract.owner(),
      contract.validatorManager(),
      contract.guardian(),
    ]);
  const proxyAdminAddress = toAddress(admin);
  const abi = ["function owner() view returns (address)"];
  const proxyAdmin = new Contract(proxyAdminAddress, abi, provider) as unknown as ProxyAdmin;
  const upgraderAddress = await proxyAdmin.owner();
  return {
    implementationAddress: toAddress(implementation),
    proxyAdminAddress,
    upgraderAddress,
    noticeSeconds: await readDelay(provider, upgraderAddress),
    governorAddress,
    governorDelaySeconds: await readDelay(provider, governorAddress),
    validatorManagerAddress,
    guardianAddress,
  };
}

/**
 * Returns the weaknesses that may stop a rollup permanently: a lost validator cannot be replaced
 * before requests expire, or a live chain has only one.
 *
 * @param validatorCount - Number of validators at deployment.
 * @param priorityExpirationSeconds - Time until an L1 request expires.
 */
export function governanceWarnings(
  { governorDelaySeconds, validatorManagerAddress }: Governance,
  chainId: bigint,
  validatorCount: number,
  priorityExpirationSeconds: number,
): GovernanceWarning[] {
  const isFixed =
    validatorManagerAddress === ZeroAddress && governorDelaySeconds >= priorityExpirationSeconds;
  const isAlone = validatorCount < 2 && !LOCAL_CHAIN_IDS.includes(chainId);
  return [
    ...(isFixed
      ? [{ code: "VALIDATORS_FIXED_FOR_TOO_LONG", delaySeconds: governorDelaySeconds } as const]
      : []),
    ...(isAlone ? [{ code: "VALIDATOR_ALONE" } as const] : []),
  ];
}

/** Reads the delay of a timelock; 0 for an account and for any other contract. */
async function readDelay(provider: Provider, address: string): Promise<number> {
  if ((await provider.getCode(address)) === "0x") return 0;
  const abi = ["function getMinDelay() view returns (uint256)"];
  const timelock = new Contract(address, abi, provider) as unknown as Timelock;
  try {
    return Number(await timelock.getMinDelay());
  } catch (error) {
    const reason = toL1Error("getMinDelay", error);
    const hasNone = isRollupError(reason) || isError(error, "CALL_EXCEPTION");
    if (hasNone || isError(error, "BAD_DATA")) return 0;
    throw error;
  }
}

/** Returns the address in the low bytes of a storage word. */
function toAddress(word: BytesLike): string {
  return getAddress(dataSlice(word, 12));
}
