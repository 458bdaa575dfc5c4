/** `connection.rollup`: a rollup on the chain of a network connection. */
import type { IVerifier } from "../../../types/ethers-contracts/contracts/interfaces/IVerifier.ts";
import type { Rollup } from "../../../types/ethers-contracts/contracts/Rollup.ts";
import type { DeployedRollup, GovernanceSettings } from "../../l1/deploy.ts";
import type { Token } from "../../l1/types.ts";
import type { Logger } from "../../operator/logger.ts";
import type { Operator, OperatorMode } from "../../operator/operator.ts";
import type { BlockRecord } from "../../operator/ledger/blocks.ts";
import type { PresetName } from "../../protocol/presets.ts";
import type { RestoreProgress } from "../../restore/restore.ts";
import type { RollupProvider } from "../../sdk/provider.ts";
import type { RollupWallet } from "../../sdk/wallet.ts";
import type { ProverName } from "../config/types.ts";

/** What an operator in this process is told. */
export interface OperatorSettings {
  /** Default: the config's. Its circuits must have been built. */
  readonly preset?: PresetName;
  /** Default: the config's. */
  readonly prover?: ProverName;
  /**
   * Who makes blocks move. Default `on-demand`: whoever waits for a stage. `interval` is for a
   * devnet, `manual` for tests that stop in between.
   */
  readonly mode?: OperatorMode;
  /**
   * `interval`: how often L1 is read, and how long a block that is not full waits to be sealed,
   * unless others wait to be committed.
   */
  readonly blockTimeMs?: number;
  /** Blocks that one L1 transaction commits or executes at most, if they fit. Default 32. */
  readonly blocksPerTransaction?: number;
  /** Blocks that one L1 transaction proves at most. Default 10. */
  readonly proofsPerTransaction?: number;
  /** Where the operator tells what it does; nowhere by default. */
  readonly logger?: Logger;
}

export interface DeployOptions extends OperatorSettings {
  /** ERC-20 contracts to list, in the order of their ids from 1. */
  readonly tokens?: readonly string[];
  /** L1 owner of the account that gets the fees. Default: the deployer. */
  readonly feeAccount?: string;
  /** How long an L1 request may wait before anyone may call for an exodus. */
  readonly priorityExpirationSeconds?: number;
  /** What a deposit or full exit costs besides gas, in wei, at most 0.01 ether. Default 0. */
  readonly requestFeeWei?: bigint;
  /** Address whose pending balance these fees become. Default: the governor. */
  readonly requestFeeRecipient?: string;
  /**
   * Who governs. Default: the first signer, without a timelock, which only a local chain allows.
   */
  readonly governance?: GovernanceSettings;
  /** Gets the addresses as soon as the contracts are there, whatever goes wrong after that. */
  readonly onDeployed?: (deployed: DeployedRollup) => void;
}

/** The preset is that of the rollup; its circuits must have been built. */
export interface ResumeOptions extends Omit<OperatorSettings, "preset"> {
  /**
   * Address of the contract. Default: the rollup of this connection, the one that answers
   * `rollup_getConfig` on its other side, or the one that `rollup:deploy` has written down.
   */
  readonly rollup?: string;
  /** L1 block of the rollup's deployment, or one before. Default: as written down, or else 0. */
  readonly fromBlock?: number;
  /** File for checkpoints of the restore. Default: in the cache. */
  readonly output?: string;
  readonly onProgress?: (progress: RestoreProgress) => void;
}

export interface RollupContracts {
  readonly rollup: Rollup;
  readonly verifier: IVerifier;
}

/**
 * The rollup of a network connection.
 *
 * On a simulated network, or one with an L1 of its own, `deploy` makes one, with its operator in
 * this process, and `resume` takes over one that is there. On a devnet, `attach` (or just
 * `getWallets`) finds the rollup that runs there.
 */
export interface ConnectionRollup {
  /**
   * Deploys verifier and rollup with the first ethers signer, who becomes validator and, by
   * default, governor, and starts an operator. A rollup deployed here earlier is no longer the
   * current one, and its wallets refuse with ROLLUP_REPLACED.
   *
   * @throws ROLLUP_NOT_BUILT, DEV_KEYS_ON_LIVE_CHAIN; PRESET_UNKNOWN, PROVER_UNKNOWN,
   * ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN, before anything is sent
   */
  deploy(options?: DeployOptions): Promise<ConnectionRollup>;
  /**
   * Restores a rollup from L1 and starts an operator in this process that goes on from there: what
   * is proven is executed first, and what is only committed is taken back, because nobody could
   * prove it any more. The first ethers signer must be a validator.
   *
   * @throws ROLLUP_ADDRESS_UNKNOWN, ROLLUP_NOT_FOUND, ROLLUP_IN_EXODUS, PROTOCOL_DIGEST_MISMATCH,
   * ROLLUP_NOT_BUILT, L1_REVERTED, PROVER_UNKNOWN, ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN
   */
  resume(options?: ResumeOptions): Promise<ConnectionRollup>;
  /** Uses the rollup of a devnet, through its `rollup_*` methods. @throws ROLLUP_NOT_DEPLOYED */
  attach(): Promise<ConnectionRollup>;
  /**
   * A wallet for each ethers signer, in their order. It belongs to the rollup that is current now.
   *
   * @throws ROLLUP_NOT_DEPLOYED, OPTION_UNKNOWN
   */
  getWallets(options?: object): Promise<RollupWallet[]>;
  /** Lists an ERC-20 contract; the first signer must be governor. @throws ADDRESS_INVALID */
  listToken(address: string): Promise<Token>;
  /** Works off all that is pending. @returns The blocks that were not executed before. */
  processBlocks(): Promise<readonly BlockRecord[]>;
  /** The L1 contracts, connected to the first signer. @throws ROLLUP_NOT_DEPLOYED */
  readonly contracts: RollupContracts;
  /** The L2 API. @throws ROLLUP_NOT_DEPLOYED */
  readonly provider: RollupProvider;
  /** The operator in this process. @throws ROLLUP_NOT_DEPLOYED, OPERATOR_ELSEWHERE */
  readonly operator: Operator;
}
