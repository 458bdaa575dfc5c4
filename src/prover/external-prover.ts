/** Groth16 by another program, such as rapidsnark, that is run once for every proof. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { Circuit } from "../circom/circuit.ts";
import { withTemporaryFolder, writingTo } from "../groth16/files/files.ts";
import type { ProofWithSignals } from "../groth16/snarkjs.ts";
import { encodeWitness } from "../groth16/formats/wtns.ts";
import { groth16Error } from "../groth16/errors.ts";
import { toJobProof } from "./job-proof.ts";
import type { Prover } from "./prover.ts";

/** How to run the program. */
export interface ExternalCommand {
  /**
   * The program, absolute or in the PATH, and its arguments, with `{zkey}`, `{wtns}`, `{proof}` and
   * `{public}` where the paths of those files are to stand. No shell reads it; what has spaces
   * stands in quotes.
   *
   * @example "rapidsnark {zkey} {wtns} {proof} {public}"
   */
  readonly command: string;
  /** A proof that takes longer has failed. Ten minutes unless given. */
  readonly timeoutMs?: number;
}

export interface ExternalProverOptions extends ExternalCommand {
  /** The circuit of a job, with its proving key. Asked for every proof. */
  readonly circuitOf: (
    keyId: number,
  ) => Promise<Pick<Circuit, "calculateWitness" | "verify" | "zkeyPath">>;
}

export interface ExternalProofOptions extends ExternalCommand {
  readonly zkeyPath: string;
  /** The bytes of a .wtns file. */
  readonly witness: Uint8Array;
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

const PLACEHOLDERS = ["zkey", "wtns", "proof", "public"] as const;
type Paths = Readonly<Record<(typeof PLACEHOLDERS)[number], string>>;

const DEFAULT_TIMEOUT_MS = 600_000;
/** What the program may print, and how much of it an error repeats. */
const OUTPUT_BYTES_MAX = 1 << 24;
const SHOWN_CHARACTERS = 2_000;

const run = promisify(execFile);

const decimal = z.string().regex(/^\d+$/);
const decimals = z.array(decimal);
const publicSchema = decimals;
/** rapidsnark leaves the curve out. */
const proofSchema = z.object({
  pi_a: decimals.length(3),
  pi_b: z.array(decimals.length(2)).length(3),
  pi_c: decimals.length(3),
  protocol: z.literal("groth16"),
  curve: z.string().default("bn128"),
});

/** The placeholders that a command lacks. */
export function missingPlaceholders(command: string): string[] {
  return PLACEHOLDERS.map((name) => `{${name}}`).filter((text) => !command.includes(text));
}

/** Every proof is verified here: a program of which we know nothing gets no faith. */
export function createExternalProver({ circuitOf, ...options }: ExternalProverOptions): Prover {
  const closing = new AbortController();
  return {
    name: "external",
    async prove(job) {
      const circuit = await circuitOf(job.keyId);
      const proven = await proveExternally({
        ...options,
        zkeyPath: await circuit.zkeyPath(),
        witness: encodeWitness(await circuit.calculateWitness(job.input)),
        signal: closing.signal,
      });
      const proof = toJobProof(job, proven);
      if (await circuit.verify(proven)) return proof;
      const [{ command }, reason] = [options, "its proof does not verify"];
      throw groth16Error({ code: "EXTERNAL_PROVER_FAILED", command, reason, output: "" });
    },
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
  };
}

/**
 * Proves a witness, in a temporary folder that only this user can read.
 *
 * @throws EXTERNAL_COMMAND_INVALID, EXTERNAL_PROVER_FAILED, FOLDER_NOT_WRITABLE
 */
export async function proveExternally({
  zkeyPath,
  witness,
  ...options
}: ExternalProofOptions): Promise<ProofWithSignals> {
  const { command } = options;
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
  { command, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ExternalCommand & { signal?: AbortSignal },
  paths: Paths,
): Promise<void> {
  const [program, ...args] = splitCommand(command).map((word) => fillIn(word, paths));
  const limits = {
    timeout: timeoutMs,
    maxBuffer: OUTPUT_BYTES_MAX,
    killSignal: "SIGKILL",
  } as const;
  try {
    await run(program!, args, { ...limits, ...(signal && { signal }) });
  } catch (cause) {
    const { killed, code, stderr, stdout } = cause as Partial<ExecutionFailure>;
    const isLate = killed === true && code === null;
    const reason = isLate ? `no proof after ${timeoutMs} ms` : `it ended with ${String(code)}`;
    const output = (stderr || stdout || "").trim().slice(-SHOWN_CHARACTERS);
    throw groth16Error({ code: "EXTERNAL_PROVER_FAILED", command, reason, output }, { cause });
  }
}

/** What `execFile` rejects with. */
interface ExecutionFailure {
  readonly killed: boolean;
  /** The exit code, or why the program did not run; null after a signal. */
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

/** Words are split at spaces, but not within quotes; nothing else has a meaning. */
function splitCommand(command: string): string[] {
  const words = command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return Array.from(words, ([, double, single, bare]) => double ?? single ?? bare ?? "");
}

/** After splitting, so that no path is ever read as more than one word. */
function fillIn(word: string, paths: Paths): string {
  return word.replaceAll(/\{(zkey|wtns|proof|public)\}/g, (_, name: keyof Paths) => paths[name]);
}
