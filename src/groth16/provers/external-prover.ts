/** Groth16 by an external program, such as rapidsnark, that runs once per proof. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { groth16Error } from "../errors.ts";
import { withTemporaryFolder, writingTo } from "../files/files.ts";
import { proofSchema, publicSchema } from "../formats/proof.ts";
import { readVerificationKey } from "../formats/verification-key.ts";
import { openSnarkjs, type ProofWithSignals } from "../snarkjs.ts";
import type { ExternalChoice, Groth16Prover } from "./prover.ts";

export interface ExternalProofOptions extends ExternalChoice {
  readonly zkeyPath: string;
  /** The bytes of a .wtns file. */
  readonly witness: Uint8Array;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

const PLACEHOLDERS = ["zkey", "wtns", "proof", "public"] as const;
type Paths = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

const DEFAULT_TIMEOUT_MS = 600_000;
/** Maximum bytes of the program's output, and characters of it in an error. */
const OUTPUT_BYTES_MAX = 1 << 24;
const SHOWN_CHARACTERS = 2_000;

const run = promisify(execFile);

/** The placeholders that a command lacks. */
export function missingPlaceholders(command: string): string[] {
  return PLACEHOLDERS.map((name) => `{${name}}`).filter((text) => !command.includes(text));
}

/**
 * Creates a prover that runs an external program for each proof, and verifies the proof, because
 * nothing is known about the program.
 *
 * @param choice - The command, with placeholders for its files, and a time limit.
 * @returns The prover. Its `prove` throws EXTERNAL_COMMAND_INVALID, EXTERNAL_PROVER_FAILED,
 * PROVER_CLOSED and FOLDER_NOT_WRITABLE.
 *
 * @example
 * const external = "no-such-prover {zkey} {wtns} {proof} {public}";
 * const prover = createExternalProver({ external });
 * const witness = encodeWitness(await multiplier.calculateWitness({ a: 6n, b: 7n }));
 * const zkeyPath = await multiplier.zkeyPath();
 * await prover.prove(zkeyPath, witness); // throws EXTERNAL_PROVER_FAILED
 * await prover.close();
 */
export function createExternalProver(choice: ExternalChoice): Groth16Prover {
  const closing = new AbortController();
  const snarkjs = openSnarkjs();
  return {
    name: "external",
    async prove(zkeyPath, witness) {
      const { signal } = closing;
      if (signal.aborted) throw groth16Error({ code: "PROVER_CLOSED", prover: "external" });
      const proven = await proveExternally({ ...choice, zkeyPath, witness, signal });
      if (await snarkjs.verify(await readVerificationKey(zkeyPath), proven)) return proven;
      const [command, reason] = [choice.external, "its proof does not verify"];
      throw groth16Error({ code: "EXTERNAL_PROVER_FAILED", command, reason, output: "" });
    },
    async close() {
      closing.abort();
      await snarkjs.close();
    },
  };
}

/**
 * Proves a witness, in a temporary folder that only this user can read.
 *
 * @throws EXTERNAL_COMMAND_INVALID, EXTERNAL_PROVER_FAILED, PROVER_CLOSED, FOLDER_NOT_WRITABLE
 */
export async function proveExternally({
  zkeyPath,
  witness,
  ...options
}: ExternalProofOptions): Promise<ProofWithSignals> {
  const { external: command } = options;
  const missing = missingPlaceholders(command);
  if (missing.length > 0)
    throw groth16Error({ code: "EXTERNAL_COMMAND_INVALID", command, missing });
  return withTemporaryFolder("prover", async (folder) => {
    const paths = {
      zkey: zkeyPath,
      wtns: join(folder, "witness.wtns"),
      proof: join(folder, "proof.json"),
      public: join(folder, "public.json"),
    };
    await writingTo(folder, () => writeFile(paths.wtns, witness));
    await runCommand(options, paths);
    return readProof(command, paths);
  });
}

async function runCommand(
  options: Pick<ExternalProofOptions, "external" | "timeoutMs" | "signal">,
  paths: Paths,
): Promise<void> {
  const { external: command, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const [program, ...args] = splitCommand(command).map((word) => fillIn(word, paths));
  const limits = {
    timeout: timeoutMs,
    maxBuffer: OUTPUT_BYTES_MAX,
    killSignal: "SIGKILL",
  } as const;
  try {
    await run(program!, args, { ...limits, ...(signal && { signal }) });
  } catch (cause) {
    if (signal?.aborted)
      throw groth16Error({ code: "PROVER_CLOSED", prover: "external" }, { cause });
    const { killed, code, stderr, stdout } = cause as Partial<ExecutionFailure>;
    const isLate = killed === true && code === null;
    const reason = isLate
      ? `it made no proof within ${timeoutMs} ms`
      : `it ended with ${String(code)}`;
    const output = (stderr || stdout || "").trim().slice(-SHOWN_CHARACTERS);
    throw groth16Error({ code: "EXTERNAL_PROVER_FAILED", command, reason, output }, { cause });
  }
}

/** The rejection of `execFile`. */
interface ExecutionFailure {
  readonly killed: boolean;
  /** The exit code, or the reason why the program did not start; null after a signal. */
  readonly code: number | string | null;
  readonly stderr: string;
  readonly stdout: string;
}

async function readProof(command: string, paths: Paths): Promise<ProofWithSignals> {
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));
  try {
    return {
      proof: proofSchema.parse(await read(paths.proof)),
      publicSignals: publicSchema.parse(await read(paths.public)),
    };
  } catch (cause) {
    const reason = "it has not written a Groth16 proof in snarkjs's JSON";
    const output = String(cause).slice(0, SHOWN_CHARACTERS);
    throw groth16Error({ code: "EXTERNAL_PROVER_FAILED", command, reason, output }, { cause });
  }
}

/** Splits words at spaces outside quotes; other characters have no meaning. */
function splitCommand(command: string): string[] {
  const words = command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return Array.from(words, ([, double, single, bare]) => double ?? single ?? bare ?? "");
}

/** Replaces placeholders after splitting, so that a path with spaces stays one word. */
function fillIn(word: string, paths: Paths): string {
  return word.replaceAll(/\{(zkey|wtns|proof|public)\}/g, (_, name: keyof Paths) => paths[name]);
}
