/** `connection.rollup`: a rollup on the chain of a network connection. */
import type { IVerifier } from "../../../types/ethers-contracts/contracts/interfaces/IVerifier.ts";
import type { Rollup } from "../../../types/ethers-contracts/contracts/Rollup.ts";
import type { QueueSettings } from "../../farm/location.ts";
import type { StoreConfig } from "../config/node/store.ts";
import type { DeployedRollup, GovernanceSettings } from "../../l1/deploy.ts";
import type { AccountedExit } from "../../exit/request.ts";
import type { Token } from "../../l1/types.ts";
import type { Holder } from "../../lease/lease.ts";
import type { Logger } from "../../operator/logger.ts";
import type { Operator, OperatorMode } from "../../operator/operator.ts";
import type { BlockRecord } from "../../operator/ledger/blocks.ts";
import type { PresetName } from "../../protocol/presets.ts";
import type { RestoreProgress } from "../../restore/restore.ts";
import type { RollupProvider } from "../../sdk/provider.ts";
import type { TokenReference } from "../../sdk/fee-params.ts";
import type { RollupWallet } from "../../sdk/wallet.ts";
import type { RollupError } from "../../util/errors.ts";
import type { FeesConfig } from "../config/node/fees.ts";
import type { ProverName } from "../config/types.ts";
import type { ExitOptions } from "./exodus.ts";

/** Settings of an operator in this process. */
export interface OperatorSettings {
  /** Sizes of the rollup. Default: the config's. Its circuits must have been built. */
  readonly preset?: PresetName;
  /** Prover of blocks and exits. Default: the config's. */
  readonly prover?: ProverName;
  /**
   * When blocks are processed. `on-demand` (default): when somebody waits for a stage. `interval`:
   * at regular times, for a devnet. `manual`: by method calls only, for tests that stop in between.
   */
  readonly mode?: OperatorMode;
  /**
   * `interval`: milliseconds between reads of L1, and until a block that is not full is sealed,
   * unless other blocks wait for their commit.
   */
  readonly blockTimeMs?: number;
  /** Maximum blocks that one L1 transaction commits or executes, if they fit. Default 32. */
  readonly blocksPerTransaction?: number;
  /** Maximum blocks that one L1 transaction proves. Default 10. */
  readonly proofsPerTransaction?: number;
  /** Log sink of the operator; `console` satisfies it. Default: none. */
  readonly logger?: Logger;
  /** Fees, as of `rollup.node.fees` in the config. Default: all is free. */
  readonly fees?: FeesConfig;
}

export interface DeployOptions extends OperatorSettings {
  /** ERC-20 contracts to list, in the order of their ids from 1. */
  readonly tokens?: readonly string[];
  /** L1 owner of the account that gets the fees. Default: the deployer. */
  readonly feeAccount?: string;
  /** Seconds that an L1 request may wait before anyone may start the exodus. */
  readonly priorityExpirationSeconds?: number;
  /** Fee of a deposit or full exit besides gas, in wei, at most 0.01 ether. Default 0. */
  readonly requestFeeWei?: bigint;
  /** Address that these fees are credited to, as a pending balance. Default: the governor. */
  readonly requestFeeRecipient?: string;
  /**
   * Governor and timelock. Default: the first signer without a timelock, which only a local chain
   * allows.
   */
  readonly governance?: GovernanceSettings;
  /**
   * A bond for promises, which the first signer then signs at acceptance (docs/receipts.md).
   * Default: none, and nothing is promised.
   */
  readonly bond?: BondSettings;
  /** Receives the addresses as soon as the contracts are deployed, also if a later step fails. */
  readonly onDeployed?: (deployed: DeployedRollup) => void;
}

/** The bond of a rollup that is deployed with it. */
export interface BondSettings {
  /** What a broken promise costs, in wei; half of it goes to who shows it. */
  readonly penaltyWei: bigint;
  /** What the bond begins with, in wei; at least the penalty. */
  readonly balanceWei: bigint;
}

/** The preset is that of the rollup; its circuits must have been built. */
export interface ResumeOptions extends Omit<OperatorSettings, "preset"> {
  /**
   * Address of the contract. Default: the rollup of this connection; or the one that the connected
   * node names in `rollup_getConfig`; or the one in the file of `rollup:deploy`.
   */
  readonly rollup?: string;
  /** L1 block of the deployment, or an earlier one. Default: from the same file, or else 0. */
  readonly fromBlock?: number;
  /** Path of the restore's checkpoint file. Default: in the cache. */
  readonly output?: string;
  /**
   * Database of proof jobs, whose workers prove the blocks. Default: this process proves them.
   */
  readonly queue?: QueueSettings;
  /** Where the operator keeps what it has promised. Default: in memory. */
  readonly store?: StoreConfig;
  /**
   * Ends the start, also the wait for another operator that uses the same store: `resume` rejects
   * with the signal's reason.
   */
  readonly signal?: AbortSignal;
  /** Called for each operator with the same store that this one waits for. */
  readonly onStandby?: (leader: Holder) => void;
  /** Called with LEASE_LOST when the operator has to stop, because another one may lead. */
  readonly onLost?: (error: RollupError) => void;
  /** Receives the progress of the restore after each step. */
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export interface RollupContracts {
  readonly rollup: Rollup;
  readonly verifier: IVerifier;
}

/**
 * The rollup of a network connection.
 *
 * On a simulated network or an L1, `deploy` creates a rollup with its operator in this process, and
 * `resume` takes over an existing one. On a devnet, `attach` or just `getWallets` finds the running
 * rollup.
 *
 * @example
 * const { rollup } = await hre.network.create();
 * await rollup.deploy({ prover: "mock" });
 * const [, alice] = await rollup.getWallets();
 * await (await alice.deposit({ token: "ETH", amount: 1000n })).wait();
 * await alice.getBalance("ETH"); // 1000n
 */
export interface ConnectionRollup {
  /**
   * Deploys verifier and rollup, and starts an operator in this process. The first ethers signer
   * deploys; it becomes validator and, by default, governor. Wallets of a rollup that was deployed
   * here earlier then throw ROLLUP_REPLACED.
   *
   * @param options - Preset, prover, mode of the operator, tokens, governance and fees.
   * @returns This object.
   * @throws ROLLUP_NOT_BUILT, DEV_KEYS_ON_LIVE_CHAIN; and before anything is sent: PRESET_UNKNOWN,
   * PROVER_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN
   *
   * @example
   * const { rollup } = await hre.network.create();
   * await rollup.deploy({ prover: "mock", preset: "dev" });
   * (await rollup.provider.getConfig()).preset; // "dev"
   */
  deploy(options?: DeployOptions): Promise<ConnectionRollup>;
  /**
   * Restores a rollup from L1 and starts an operator in this process that continues it. Proven
   * blocks are executed first. Blocks that are only committed are reverted: their signatures are
   * lost, so nobody can prove them. The first ethers signer must be a validator. With a store, it
   * waits until no other operator uses that.
   *
   * @param options - Address, first L1 block, and settings of the operator.
   * @returns This object.
   * @throws ROLLUP_ADDRESS_UNKNOWN, ROLLUP_NOT_FOUND, ROLLUP_IN_EXODUS, PROTOCOL_DIGEST_MISMATCH,
   * ROLLUP_NOT_BUILT, L1_REVERTED, PROVER_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN;
   * with a store also LEASE_UNREACHABLE, LEASE_ON_OTHER_HOST, LEASE_LOST
   */
  resume(options?: ResumeOptions): Promise<ConnectionRollup>;
  /**
   * Uses the rollup of a devnet, through its `rollup_*` methods.
   *
   * @returns This object.
   * @throws ROLLUP_NOT_DEPLOYED
   */
  attach(): Promise<ConnectionRollup>;
  /**
   * Creates a wallet for each ethers signer. They belong to the current rollup.
   *
   * @param options - An empty object: there are no options.
   * @returns The wallets, in the order of the signers.
   * @throws ROLLUP_NOT_DEPLOYED, OPTION_UNKNOWN
   *
   * @example
   * const [operator, first] = await rollup.getWallets();
   * first.address === alice.address; // true
   */
  getWallets(options?: object): Promise<RollupWallet[]>;
  /**
   * Lists an ERC-20 contract as a token of the rollup; the first signer must be governor.
   *
   * @param address - L1 address of the contract.
   * @returns The token with its id.
   * @throws ADDRESS_INVALID, ROLLUP_NOT_DEPLOYED, L1_REVERTED
   *
   * @example
   * ```text
   * const contract = await ethers.deployContract("MyToken");
   * const token = await rollup.listToken(await contract.getAddress());
   * token.id; // 1, if it is the first after ETH
   * ```
   */
  listToken(address: string): Promise<Token>;
  /**
   * Processes everything that is pending, up to execution.
   *
   * @returns The blocks that were not executed before.
   * @throws ROLLUP_NOT_DEPLOYED, and the codes of the operator
   *
   * @example
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * (await rollup.processBlocks()).length; // 1
   */
  processBlocks(): Promise<readonly BlockRecord[]>;
  /**
   * Stops the operator in this process for good, as if its machine had died. From then on L2
   * answers OPERATOR_STOPPED, until {@link ConnectionRollup.resume}.
   *
   * @throws ROLLUP_NOT_DEPLOYED, OPERATOR_ELSEWHERE
   *
   * @example
   * ```text
   * await rollup.killOperator();
   * await alice.getBalance("ETH"); // throws OPERATOR_STOPPED
   * ```
   */
  killOperator(): Promise<void>;
  /**
   * Moves the time of a local chain behind the expiration of the oldest request that waits on L1,
   * so that anybody may begin the exodus; without one, the first signer deposits 1 wei for it.
   *
   * @throws ROLLUP_NOT_DEPLOYED
   */
  expireRequests(): Promise<void>;
  /**
   * Exits with all of a token of an owner, from L1 alone: begins the exodus if a request has
   * expired, makes open payouts, cancels deposits, claims the balance, and withdraws.
   *
   * @param owner - A wallet, or whatever has the owner's `address`.
   * @param token - Symbol, L1 address or id.
   * @param options - `prover`: proves the balance; default: a claim by path, which needs no proof.
   * @returns What was done, and the owner's balances on L1 before and after.
   * @throws ROLLUP_NOT_DEPLOYED, EXIT_ROLLUP_ALIVE, EXIT_NOTHING_TO_CLAIM, TOKEN_UNKNOWN, and as
   * `restoreRollup`
   *
   * @example
   * await rollup.exit(alice, "ETH"); // throws EXIT_ROLLUP_ALIVE
   */
  exit(
    owner: { readonly address: string },
    token: TokenReference,
    options?: ExitOptions,
  ): Promise<AccountedExit>;
  /** The L1 contracts, connected to the first signer. @throws ROLLUP_NOT_DEPLOYED */
  readonly contracts: RollupContracts;
  /** The L2 API. @throws ROLLUP_NOT_DEPLOYED */
  readonly provider: RollupProvider;
  /** The bond of an operator in this process, if it promises. @throws ROLLUP_NOT_DEPLOYED */
  readonly bondAddress: string | undefined;
  /** The operator in this process. @throws ROLLUP_NOT_DEPLOYED, OPERATOR_ELSEWHERE */
  readonly operator: Operator;
}
