/** Who may do what with a rollup, as L1 says it. */
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

export interface Governance {
  /** Code behind the rollup's address. */
  readonly implementationAddress: string;
  /** Contract through which upgrades go. */
  readonly proxyAdminAddress: string;
  /** Who may upgrade: an `UpgradeTimelock`, or on a local chain an account. */
  readonly upgraderAddress: string;
  /** For how long upgrades are announced; 0 without a timelock. */
  readonly noticeSeconds: number;
  /** Who lists tokens, and sets validators, their manager and the guardian. */
  readonly governorAddress: string;
  /** For how long the governor's acts are announced; 0 if it can act at once. */
  readonly governorDelaySeconds: number;
  /** Who may set validators, too, at once; the zero address for nobody. */
  readonly validatorManagerAddress: string;
  /** Who may pause deposits; the zero address for nobody. */
  readonly guardianAddress: string;
}

/** What a deployment should not be left with, but may be. */
export type GovernanceWarning =
  | { readonly code: "VALIDATORS_FIXED_FOR_TOO_LONG"; readonly delaySeconds: number }
  | { readonly code: "VALIDATOR_ALONE" };

/** Storage slots of ERC-1967: hashes of `eip1967.proxy.…`, minus 1. */
const IMPLEMENTATION_SLOT = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ADMIN_SLOT = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";

/** As in contracts/libraries/LocalChain.sol. */
const LOCAL_CHAIN_IDS = [31337n, 1337n];

interface ProxyAdmin {
  owner(): Promise<string>;
}

interface Timelock {
  getMinDelay(): Promise<bigint>;
}

/** Reads who governs a rollup. */
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
 * What may stop a rollup for good: nobody can replace a lost validator before requests expire, or
 * there is just one on a chain that is not local.
 *
 * @param validatorCount - Validators at the start.
 * @param priorityExpirationSeconds - How long an L1 request may wait.
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

/** For how long a timelock holds calls back; 0 for an account and for any other contract. */
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

/** The address in the low bytes of a storage word. */
function toAddress(word: BytesLike): string {
  return getAddress(dataSlice(word, 12));
}
