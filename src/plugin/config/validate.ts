/** Checks the user's `rollup: {…}` and describes its errors. */
import { WITNESS_KINDS } from "../../circom/cpp/kinds.ts";
import type { TemplateParameter } from "../../circom/main-component.ts";
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
import {
  BLOCK_SLOTS_MAX,
  BLOCK_SLOTS_MIN,
  BLOCK_TOKENS,
  CELL_LEVELS,
} from "../../protocol/kinds.ts";
import { PRESET_NAMES, PRESETS } from "../../protocol/presets.ts";
import type { CoverageKind } from "../../circom/coverage/totals.ts";
import { circomError } from "../../circom/errors.ts";
import { PRIME_NAMES } from "../../crypto/primes.ts";
import { PROTOCOLS } from "../../circom/protocols.ts";
import { groth16Error } from "../../groth16/errors.ts";
import { missingPlaceholders } from "../../groth16/provers/external-prover.ts";
import type { RollupError } from "../../util/errors.ts";
import { pluginError } from "../errors.ts";
import { solcVersionAt } from "../package-root.ts";
import { BLOCK_KINDS_MAX, findKindProblem } from "./block-kinds.ts";
import { nodeSchema } from "./node/types.ts";
import {
  BLOCK_OVERHEAD_MAX,
  DEFAULT_PRESET,
  OPERATOR_THREADS_MAX,
  PROVER_NAMES,
  SETUP_TYPES,
} from "./types.ts";

function toMessage(error: RollupError): string {
  return `${error.message} ${error.fix}`;
}

/** One of `values`; another value gets the coded error that lists them. */
function oneOf<T extends readonly [string, ...string[]]>(
  values: T,
  describe: (value: string) => RollupError,
): z.ZodEnum<z.Writeable<T>> {
  return z.enum(values, {
    errorMap: (_issue, { data }) => ({ message: toMessage(describe(String(data))) }),
  });
}

const parameterSchema: z.ZodType<TemplateParameter> = z.lazy(() =>
  z.union([z.bigint(), z.number().int(), z.array(parameterSchema)]),
);
const protocolSchema = oneOf(PROTOCOLS, (protocol) =>
  groth16Error({ code: "PROTOCOL_UNKNOWN", protocol, known: PROTOCOLS }),
);
const primeSchema = oneOf(PRIME_NAMES, (prime) =>
  circomError({ code: "PRIME_UNKNOWN", prime, known: PRIME_NAMES }),
);
const percentSchema = (covered: string) =>
  z.number().int().min(0).max(100).describe(`minimum percentage of ${covered}`).optional();
const minimumSchema = {
  lines: percentSchema("lines that run"),
  branches: percentSchema("branches that are taken"),
  constraints: percentSchema("constraints that an accepted input exercises"),
  varied: percentSchema("constraints on signals that change from input to input"),
  checks: percentSchema("checks, `===` and `assert`, that refuse an input"),
} satisfies Record<CoverageKind, z.ZodTypeAny>;
const optimizationSchema = z.number().int().min(0).max(2);
const roundsSchema = z.number().int().positive();
const witnessSchema = z.enum(WITNESS_KINDS);

/** Schema of the config; docs/config.md shows its descriptions. */
export const rollupUserConfigSchema = z
  .object({
    preset: oneOf(PRESET_NAMES, (preset) =>
      pluginError({ code: "PRESET_UNKNOWN", preset, known: PRESET_NAMES }),
    )
      .describe("sizes of trees and blocks; see the table below")
      .optional(),
    blockKinds: z
      .array(
        z
          .object(
            {
              slots: z.number().int().min(BLOCK_SLOTS_MIN).max(BLOCK_SLOTS_MAX),
              levels: z.number().int().min(CELL_LEVELS).optional(),
              tokens: z.enum(BLOCK_TOKENS).optional(),
            },
            { invalid_type_error: "A kind of block is { slots, levels?, tokens? }: { slots: 4 }" },
          )
          .strict(),
      )
      .max(BLOCK_KINDS_MAX)
      .nonempty("List at least one kind of block, or omit blockKinds for those of the preset.")
      .describe("kinds of blocks instead of the preset's, at most 32; see below")
      .optional(),
    prover: oneOf(PROVER_NAMES, (prover) =>
      groth16Error({ code: "PROVER_UNKNOWN", prover, known: PROVER_NAMES }),
    )
      .describe(
        "prover of blocks and the project's circuits: `kernel` is ours; `snarkjs` is slower; " +
          "`external` is another program; `mock` proves no blocks, and its verifier accepts all",
      )
      .optional(),
    externalProver: z
      .object({
        command: z
          .string()
          .superRefine((command, context) => {
            const missing = missingPlaceholders(command);
            if (missing.length === 0) return;
            const error = groth16Error({ code: "EXTERNAL_COMMAND_INVALID", command, missing });
            context.addIssue({ code: "custom", message: toMessage(error) });
          })
          .describe("program and arguments, run without a shell for every proof"),
        timeoutMs: z
          .number()
          .int()
          .positive()
          .describe("time limit of a proof in milliseconds")
          .optional(),
      })
      .strict()
      .describe("the program of the prover `external`, such as rapidsnark")
      .optional(),
    setup: z
      .object({
        type: oneOf(SETUP_TYPES, (setup) =>
          pluginError({ code: "SETUP_UNKNOWN", setup, known: SETUP_TYPES }),
        )
          .describe(
            "`dev`: insecure keys from a seed, in seconds; `ceremony`: keys of `rollup:setup`",
          )
          .optional(),
        seed: z
          .string()
          .min(1)
          .describe(
            "type `dev`: text that the trapdoor is derived from; the same seed gives the same keys",
          )
          .optional(),
        keysDir: z
          .string()
          .min(1)
          .describe("type `ceremony`: folder of the keys, relative to the project's root")
          .optional(),
        ptau: z
          .string()
          .min(1)
          .describe(
            "PLONK and fflonk: file of powers of tau, prepared for phase 2, relative to the root, " +
              "or `hermez-8` to `hermez-28`; without it type `dev` makes INSECURE ones",
          )
          .optional(),
      })
      .strict()
      .refine(({ type, keysDir }) => (type === "ceremony") === (keysDir !== undefined), {
        message: "A setup of type ceremony, and no other, has a keysDir: the folder of its keys.",
        path: ["keysDir"],
      })
      .refine(({ type, seed }) => type !== "ceremony" || seed === undefined, {
        message: "Keys of a ceremony have no seed: remove it.",
        path: ["seed"],
      })
      .describe("source of proving keys")
      .optional(),
    circuits: z
      .object({
        path: z
          .string()
          .min(1)
          .describe("folder of the project's circuits, relative to its root")
          .optional(),
        include: z
          .array(z.string().min(1))
          .describe(
            "folders that `include` searches before packages, relative to the project's root",
          )
          .optional(),
        optimization: optimizationSchema
          .describe(
            "circom's `--O0`, `--O1` or `--O2` for the project's circuits; the rollup's own are " +
              "compiled at `--O1`",
          )
          .optional(),
        optimizationRounds: roundsSchema
          .describe("with `optimization: 2`: maximum rounds, circom's `--O2round`")
          .optional(),
        protocol: protocolSchema
          .describe("proof system of the project's circuits: `groth16`, `plonk` or `fflonk`")
          .optional(),
        prime: primeSchema
          .describe("circom's `--prime`; only circuits for `bn128` are proven")
          .optional(),
        compiler: z
          .object({
            path: z.string().min(1).describe("the program, absolute or in the `PATH`"),
            version: z
              .string()
              .regex(/^\d+\.\d+\.\d+$/, "A version is three numbers, such as 2.2.2.")
              .describe("the version that the program must have, such as `2.2.2`")
              .optional(),
          })
          .strict()
          .describe("a native circom program in place of the package `circom2`")
          .optional(),
        witness: witnessSchema
          .describe(
            "what computes witnesses: `wasm`, or `cpp`, a program that is built with `make`, " +
              "`g++`, `nasm`, GMP and nlohmann-json",
          )
          .optional(),
        cpp: z
          .object({
            timeoutMs: z
              .number()
              .int()
              .positive()
              .describe("time limit in milliseconds")
              .optional(),
            memoryMb: z
              .number()
              .int()
              .positive()
              .describe("maximum memory in MiB, where the system limits it")
              .optional(),
          })
          .strict()
          .describe("limits of the C++ program for one witness")
          .optional(),
        overrides: z
          .record(
            z.string(),
            z
              .object({
                optimization: optimizationSchema.optional(),
                optimizationRounds: roundsSchema.optional(),
                witness: witnessSchema.optional(),
                protocol: protocolSchema.optional(),
                prime: primeSchema.optional(),
              })
              .strict(),
          )
          .describe("by circuit name or path: what differs for that circuit")
          .optional(),
        patternWarnings: z
          .boolean()
          .describe("whether builds warn of patterns in circuits that have often been faults")
          .optional(),
        inspect: z
          .boolean()
          .describe("whether builds show what circom's `--inspect` finds, by file and line")
          .optional(),
        verifiers: z
          .object({
            path: z
              .string()
              .min(1)
              .describe("their folder, relative to the project's root")
              .optional(),
            suffix: z
              .string()
              .regex(/^\w+$/, "The end of a name has letters, digits and _ only.")
              .describe("the end of their names")
              .optional(),
          })
          .strict()
          .describe("the generated verifier contracts")
          .optional(),
        coverage: z
          .object({
            packages: z
              .array(z.string().min(1))
              .describe("packages in node_modules whose circuits count, too")
              .optional(),
            statements: z
              .number()
              .int()
              .positive()
              .describe(
                "maximum statements that the report evaluates, over all circuits and inputs",
              )
              .optional(),
            minimum: z
              .object(minimumSchema)
              .strict()
              .describe("minimum percentages of the whole run, below which it fails")
              .optional(),
          })
          .strict()
          .describe("the report of circuits by `hardhat test --coverage`")
          .optional(),
        mains: z
          .record(
            z.string().regex(/^\w[\w.-]*$/, "A name has letters, digits, -, _ and . only."),
            z
              .object({
                file: z.string().min(1),
                template: z.string().min(1),
                params: z.array(parameterSchema).optional(),
                public: z.array(z.string().min(1)).optional(),
              })
              .strict(),
          )
          .describe(
            "by circuit name: circuits made of a template, `{ file, template, params, public }`",
          )
          .optional(),
        cacheProofs: z
          .boolean()
          .describe(
            "keeps proofs of `prove` in the cache, so that tests prove once; verified when read",
          )
          .optional(),
      })
      .strict()
      .describe("the project's own circuits")
      .optional(),
    operator: z
      .object({
        blockTimeMs: z
          .number()
          .int()
          .positive()
          .describe("devnet: milliseconds until a block is sealed that is not full")
          .optional(),
        threads: z
          .number()
          .int()
          .min(0)
          .max(OPERATOR_THREADS_MAX)
          .describe("worker threads that hash and check signatures")
          .optional(),
        blockOverhead: z
          .number()
          .int()
          .min(0)
          .max(BLOCK_OVERHEAD_MAX)
          .describe("what a block costs besides its proof, in constraints")
          .optional(),
      })
      .strict()
      .describe("the operator in this process or of `rollup:operator`")
      .optional(),
    node: nodeSchema.optional(),
  })
  .strict()
  .refine(({ prover, externalProver }) => prover !== "external" || externalProver !== undefined, {
    message: toMessage(pluginError({ code: "EXTERNAL_PROVER_NOT_CONFIGURED" })),
    path: ["externalProver"],
  })
  .superRefine(({ preset = DEFAULT_PRESET, blockKinds }, context) => {
    if (blockKinds === undefined || blockKinds.length === 0) return;
    const problem = findKindProblem(PRESETS[preset], blockKinds);
    if (problem === undefined) return;
    const error = pluginError({ code: "BLOCK_KINDS_UNSUITABLE", preset, problem });
    context.addIssue({ code: "custom", path: ["blockKinds"], message: toMessage(error) });
  })
  .optional();

export function validateRollupUserConfig({
  rollup,
}: HardhatUserConfig): HardhatUserConfigValidationError[] {
  const replaced = findBlockSlots(rollup);
  if (replaced !== undefined) return [replaced];
  return validateUserConfigZodType(rollup, rollupUserConfigSchema).map((error) => ({
    ...error,
    path: ["rollup", ...error.path],
  }));
}

/** Says what to write instead of the block sizes of earlier versions. */
function findBlockSlots(rollup: unknown): HardhatUserConfigValidationError | undefined {
  if (typeof rollup !== "object" || rollup === null || !("blockSlots" in rollup)) return undefined;
  const sizes: unknown[] = [rollup.blockSlots].flat();
  const known = sizes.filter((size): size is number => Number.isInteger(size));
  const kinds = (known.length === 0 ? [BLOCK_SLOTS_MIN] : known).map(
    (size) => `{ slots: ${size} }`,
  );
  const list = `[${kinds.join(", ")}]`;
  const message = toMessage(pluginError({ code: "BLOCK_SLOTS_REPLACED", kinds: list }));
  return { path: ["rollup", "blockSlots"], message };
}

/** Refuses a compiler at `path` of another version, which Hardhat would accept. */
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
