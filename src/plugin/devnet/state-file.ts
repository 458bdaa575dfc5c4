/** The file with the state of a devnet: read from anybody, written whole or not at all. */
import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { z } from "zod";
import { LEDGER_RULES } from "../../store/rules.ts";
import { isRollupError } from "../../util/errors.ts";
import { devnetError } from "./errors.ts";
import { type DevnetState, type StateIdentity, stateSchema } from "./state-schema.ts";

const FORMAT = "hardhat-zkrollup devnet";
const VERSION = 1;
/** Above what a devnet of weeks has, and below the longest text that Node reads. */
export const STATE_BYTES_MAX = 2 ** 28;

/** A state and the file that it is from. */
export interface LoadedState {
  readonly file: string;
  readonly state: DevnetState;
}

const envelopeSchema = z.object({
  format: z.literal(FORMAT),
  version: z.number(),
  sha256: z.string().optional(),
  content: z.unknown(),
});

/** @throws DEVNET_NOT_SAVABLE if no devnet could load it */
export function formatState(state: DevnetState): string {
  const checked = stateSchema.safeParse(state);
  if (!checked.success) {
    throw devnetError({ code: "DEVNET_NOT_SAVABLE", reason: describeIssue(checked.error) });
  }
  const content = JSON.stringify(state);
  const head = { format: FORMAT, version: VERSION, sha256: sha256(content) };
  const text = `${JSON.stringify(head).slice(0, -1)},"content":${content}}\n`;
  if (Buffer.byteLength(text) <= STATE_BYTES_MAX) return text;
  const reason = `it takes more than ${STATE_BYTES_MAX} bytes`;
  throw devnetError({ code: "DEVNET_NOT_SAVABLE", reason });
}

/**
 * Reads a file, whoever has written it.
 *
 * @throws DEVNET_STATE_UNREADABLE, DEVNET_STATE_INVALID, DEVNET_STATE_VERSION
 */
export async function readState(file: string): Promise<LoadedState> {
  return { file, state: parseState(await readText(file), file) };
}

/** @throws DEVNET_STATE_INVALID, DEVNET_STATE_VERSION */
export function parseState(text: string, file: string): DevnetState {
  const { version, sha256: expected, content } = parseEnvelope(text, file);
  if (version !== VERSION) {
    throw devnetError({ code: "DEVNET_STATE_VERSION", file, kept: version, known: VERSION });
  }
  if (sha256(JSON.stringify(content ?? null)) !== expected) {
    throw invalid(file, "it is not as it was written: its SHA-256 is another one");
  }
  const state = stateSchema.safeParse(content);
  if (!state.success) throw invalid(file, describeIssue(state.error));
  const { rules } = state.data.rollup;
  if (rules > LEDGER_RULES) {
    throw devnetError({ code: "DEVNET_STATE_VERSION", file, kept: rules, known: LEDGER_RULES });
  }
  return state.data;
}

/** @throws DEVNET_STATE_INVALID */
function parseEnvelope(text: string, file: string): z.infer<typeof envelopeSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, "it is no JSON, or cut off", cause);
  }
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) throw invalid(file, "rollup:devnet has not written it");
  return envelope.data;
}

/** @throws DEVNET_STATE_UNREADABLE, DEVNET_STATE_INVALID */
async function readText(file: string): Promise<string> {
  try {
    const handle = await openFile(file);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new Error("it is no file");
      if (found.size > STATE_BYTES_MAX) {
        throw invalid(file, `it has more than ${STATE_BYTES_MAX} bytes`);
      }
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (isRollupError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw devnetError({ code: "DEVNET_STATE_UNREADABLE", file, reason }, { cause });
  }
}

/**
 * Whether there is a file that may be replaced: none, or a state of a devnet of any version.
 *
 * @throws DEVNET_STATE_FOREIGN
 */
export async function assertReplaceable(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const begin = `{"format":"${FORMAT}"`;
  const found = await readBegin(file, begin.length).catch(() => undefined);
  if (found !== begin) throw devnetError({ code: "DEVNET_STATE_FOREIGN", file });
}

async function readBegin(file: string, length: number): Promise<string> {
  const handle = await openFile(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Opening a pipe without the flag would wait for its other end. */
function openFile(file: string): Promise<FileHandle> {
  return open(file, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** @throws DEVNET_STATE_MISMATCH if the config does not fit */
export function assertSameIdentity(
  file: string,
  kept: StateIdentity,
  expected: Partial<StateIdentity>,
): void {
  const differences = Object.entries(expected).flatMap(([name, value]) => {
    const known = kept[name as keyof StateIdentity];
    return known === value ? [] : [`its ${name} is ${known}, and not ${value}`];
  });
  if (differences.length === 0) return;
  throw devnetError({ code: "DEVNET_STATE_MISMATCH", file, differences: differences.join("; ") });
}

/** Runs what the rollup of a file leads to, whatever that is. @throws DEVNET_STATE_INVALID */
export async function orInvalid<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const text = isRollupError(cause) ? cause.sentence : String(cause);
    throw invalid(file, `its operator cannot go on: ${text}`, cause);
  }
}

function invalid(file: string, reason: string, cause?: unknown) {
  return devnetError({ code: "DEVNET_STATE_INVALID", file, reason }, { cause });
}

/** The first of what is wrong, without the value, which may be long or hostile. */
function describeIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  const path = issue?.path.join(".") ?? "";
  return path === "" ? (issue?.message ?? "") : `${path}: ${issue!.message}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
