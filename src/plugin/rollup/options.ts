/** Schemas of the parameters of `connection.rollup`, for `readInput`. */
import type { QueueSettings } from "../../farm/location.ts";
import { QUEUE_CAPACITY_MAX } from "../config/node/provers.ts";
import { isStoreConfig } from "../config/node/store.ts";
import { groth16Error } from "../../groth16/errors.ts";
import type { GovernanceSettings } from "../../l1/deploy.ts";
import type { OperatorMode } from "../../operator/operator.ts";
import type { Logger } from "../../operator/logger.ts";
import type { RestoreProgress } from "../../restore/restore.ts";
import {
  amount,
  type Input,
  integer,
  listOf,
  nonZeroAddress,
  oneOf,
  option,
  optionsOf,
  text,
} from "../../sdk/inputs.ts";
import { PRESET_NAMES, type PresetName } from "../../protocol/presets.ts";
import { type FeesConfig, feesSchema } from "../config/node/fees.ts";
import { PROVER_NAMES, type ProverName } from "../config/types.ts";
import { pluginError } from "../errors.ts";
import type { BondSettings, DeployOptions, OperatorSettings, ResumeOptions } from "./types.ts";

const OPERATOR_MODES: readonly OperatorMode[] = ["manual", "on-demand", "interval"];

/** Maximum delay of a timer; a longer one would fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;
/** Maximum of a value that the contract stores in 32 bits. */
const UINT32_MAX = 2 ** 32 - 1;
/** Maximum blocks in one L1 transaction; a larger number is a mistake. */
const BLOCKS_PER_TRANSACTION_MAX = 1_000;

/** A preset; another name is refused with PRESET_UNKNOWN. */
export const presetInput: Input<PresetName> = oneOf(PRESET_NAMES, (_, value) =>
  pluginError({ code: "PRESET_UNKNOWN", preset: String(value), known: PRESET_NAMES }),
);
/** A prover; another name is refused with PROVER_UNKNOWN. */
export const proverInput: Input<ProverName> = oneOf(PROVER_NAMES, (_, value) =>
  groth16Error({ code: "PROVER_UNKNOWN", prover: String(value), known: PROVER_NAMES }),
);

const callback = option(
  "a function",
  (value): value is (...args: never[]) => void => typeof value === "function",
);
const logger = option("an object with debug, info and error", (value): value is Logger =>
  ["debug", "info", "error"].every(
    (level) =>
      typeof value === "object" &&
      value !== null &&
      typeof Reflect.get(value, level) === "function",
  ),
);
const fees = option(
  "settings of fees, as of rollup.node.fees",
  (value): value is FeesConfig => feesSchema.safeParse(value).success,
);
const blocksPerTransaction = integer(1, BLOCKS_PER_TRANSACTION_MAX);

const operatorSettings = {
  prover: proverInput.optional(),
  mode: oneOf(OPERATOR_MODES).optional(),
  blockTimeMs: integer(1, DELAY_MS_MAX).optional(),
  blocksPerTransaction: blocksPerTransaction.optional(),
  proofsPerTransaction: blocksPerTransaction.optional(),
  logger: logger.optional(),
  fees: fees.optional(),
} satisfies { readonly [K in keyof Omit<OperatorSettings, "preset">]-?: unknown };

export const governanceSettings = optionsOf<GovernanceSettings>({
  proposers: listOf(nonZeroAddress, 1).optional(),
  governor: nonZeroAddress.optional(),
  guardian: nonZeroAddress.optional(),
  validatorManager: nonZeroAddress.optional(),
  validators: listOf(nonZeroAddress, 1).optional(),
});

export const deployOptions = optionsOf<DeployOptions>({
  ...operatorSettings,
  preset: presetInput.optional(),
  tokens: listOf(nonZeroAddress).optional(),
  feeAccount: nonZeroAddress.optional(),
  priorityExpirationSeconds: integer(1, UINT32_MAX).optional(),
  requestFeeWei: amount.optional(),
  requestFeeRecipient: nonZeroAddress.optional(),
  governance: governanceSettings.optional(),
  bond: optionsOf<BondSettings>({ penaltyWei: amount, balanceWei: amount }).optional(),
  onDeployed: callback.optional() as Input<DeployOptions["onDeployed"]>,
});

export const resumeOptions = optionsOf<ResumeOptions>({
  ...operatorSettings,
  rollup: nonZeroAddress.optional(),
  fromBlock: integer(0).optional(),
  output: text.optional(),
  store: option("a store, as of rollup.node.store", isStoreConfig).optional(),
  queue: optionsOf<QueueSettings>({
    url: text,
    schema: text.optional(),
    capacity: integer(1, QUEUE_CAPACITY_MAX).optional(),
  }).optional(),
  signal: option("an AbortSignal", (value) => value instanceof AbortSignal).optional(),
  onStandby: callback.optional() as Input<ResumeOptions["onStandby"]>,
  onLost: callback.optional() as Input<ResumeOptions["onLost"]>,
  onProgress: callback.optional() as Input<((progress: RestoreProgress) => void) | undefined>,
});
