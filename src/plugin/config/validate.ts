/** Checks the user's `rollup: {…}` and says what is wrong with it. */
import { validateUserConfigZodType } from "@nomicfoundation/hardhat-zod-utils";
import type {
  HardhatConfig,
  HardhatUserConfig,
  SolidityCompilerConfig,
} from "hardhat/types/config";
import type {
  HardhatConfigValidationError,
  HardhatUserConfigValidationError,
} from "hardhat/types/hooks";
import { z } from "zod";
import { BLOCK_SLOTS_MAX, BLOCK_SLOTS_MIN, PRESET_NAMES } from "../../protocol/presets.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { missingPlaceholders } from "../../groth16/provers/external-prover.ts";
import type { RollupError } from "../../util/errors.ts";
import { pluginError } from "../errors.ts";
import { solcVersionAt } from "../package-root.ts";
import { OPERATOR_THREADS_MAX, PROVER_NAMES, SETUP_TYPES } from "./types.ts";

function toMessage(error: RollupError): string {
  return `${error.message} ${error.fix}`;
}

/** One of `values`; any other is answered with the coded error that lists them. */
function oneOf<T extends readonly [string, ...string[]]>(
  values: T,
  describe: (value: string) => RollupError,
): z.ZodEnum<z.Writeable<T>> {
  return z.enum(values, {
    errorMap: (_issue, { data }) => ({ message: toMessage(describe(String(data))) }),
  });
}

const rollupUserConfigSchema = z
  .object({
    preset: oneOf(PRESET_NAMES, (preset) =>
      pluginError({ code: "PRESET_UNKNOWN", preset, known: PRESET_NAMES }),
    ).optional(),
    blockSlots: z
      .array(z.number().int().min(BLOCK_SLOTS_MIN).max(BLOCK_SLOTS_MAX))
      .nonempty()
      .refine((sizes) => sizes.every((size, i) => i === 0 || size > sizes[i - 1]!), {
        message: "The sizes of blocks ascend: list each once, the smallest first.",
      })
      .optional(),
    prover: oneOf(PROVER_NAMES, (prover) =>
      groth16Error({ code: "PROVER_UNKNOWN", prover, known: PROVER_NAMES }),
    ).optional(),
    externalProver: z
      .object({
        command: z.string().superRefine((command, context) => {
          const missing = missingPlaceholders(command);
          if (missing.length === 0) return;
          const error = groth16Error({ code: "EXTERNAL_COMMAND_INVALID", command, missing });
          context.addIssue({ code: "custom", message: toMessage(error) });
        }),
        timeoutMs: z.number().int().positive().optional(),
      })
      .strict()
      .optional(),
    setup: z
      .object({
        type: oneOf(SETUP_TYPES, (setup) =>
          pluginError({ code: "SETUP_UNKNOWN", setup, known: SETUP_TYPES }),
        ).optional(),
        seed: z.string().min(1).optional(),
        keysDir: z.string().min(1).optional(),
      })
      .strict()
      .refine(({ type, keysDir }) => (type === "ceremony") === (keysDir !== undefined), {
        message: "A setup of type ceremony, and no other, has a keysDir: the folder of its keys.",
        path: ["keysDir"],
      })
      .refine(({ type, seed }) => type !== "ceremony" || seed === undefined, {
        message: "The keys of a ceremony have no seed: remove it.",
        path: ["seed"],
      })
      .optional(),
    circuits: z
      .object({
        path: z.string().min(1).optional(),
        include: z.array(z.string().min(1)).optional(),
        optimization: z.number().int().min(0).max(2).optional(),
      })
      .strict()
      .optional(),
    operator: z
      .object({
        blockTimeMs: z.number().int().positive().optional(),
        threads: z.number().int().min(0).max(OPERATOR_THREADS_MAX).optional(),
      })
      .strict()
      .optional(),
  })
  .strict()
  .refine(({ prover, externalProver }) => prover !== "external" || externalProver !== undefined, {
    message: toMessage(pluginError({ code: "EXTERNAL_PROVER_NOT_CONFIGURED" })),
    path: ["externalProver"],
  })
  .optional();

export function validateRollupUserConfig({
  rollup,
}: HardhatUserConfig): HardhatUserConfigValidationError[] {
  return validateUserConfigZodType(rollup, rollupUserConfigSchema).map((error) => ({
    ...error,
    path: ["rollup", ...error.path],
  }));
}

/** Hardhat takes any compiler at `path` for the configured version: a mismatch is caught here. */
export function validateSolcVersions(config: HardhatConfig): HardhatConfigValidationError[] {
  return Object.entries(config.solidity.profiles).flatMap(([name, profile]) => {
    const path = ["solidity", "profiles", name];
    return [
      ...profile.compilers.flatMap((compiler, index) =>
        validateSolcVersion(compiler, [...path, "compilers", index]),
      ),
      ...Object.entries(profile.overrides).flatMap(([file, compiler]) =>
        validateSolcVersion(compiler, [...path, "overrides", file]),
      ),
    ];
  });
}

function validateSolcVersion(
  { version: configured, path }: SolidityCompilerConfig,
  configPath: readonly (string | number)[],
): HardhatConfigValidationError[] {
  const installed = path === undefined ? undefined : solcVersionAt(path);
  if (path === undefined || installed === undefined || installed === configured) return [];
  const error = pluginError({ code: "SOLC_VERSION_MISMATCH", configured, installed, path });
  return [{ path: [...configPath, "version"], message: toMessage(error) }];
}
