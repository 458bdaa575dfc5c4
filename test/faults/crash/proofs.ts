/** Which proofs the store has, and which were made. */
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ProofMade } from "../../../src/operator/ledger/events.ts";
import { decode } from "../../../src/store/codec.ts";
import { openDatabase } from "../../../src/store/database.ts";
import type { SqlTarget } from "../../../src/store/sql/executor.ts";

/** Reads the numbers of blocks whose proof a dead process has recorded, after an event. */
export async function readRecordedProofs(
  target: SqlTarget,
  after: number,
): Promise<{ readonly blocks: readonly number[]; readonly last: number }> {
  const copy = target.type === "sqlite" ? await copyFiles(target.path) : undefined;
  const database = openDatabase(copy === undefined ? target : { type: "sqlite", path: copy });
  try {
    const rows = await database.queries
      .selectFrom("events")
      .select(["last", "data"])
      .where("last", ">", after)
      .orderBy("first")
      .execute();
    const lines = rows.flatMap(({ data }) => data.split("\n"));
    const proofs = lines.filter((line) => line.includes('"type":"proofMade"'));
    const blocks = proofs.map((line) => (decode(line) as ProofMade).blockNumber);
    return { blocks, last: rows.at(-1)?.last ?? after };
  } finally {
    await database.close();
    if (copy !== undefined) await rm(dirname(copy), { recursive: true });
  }
}

/** Whoever opens a file repairs it, which is left to the next process. */
async function copyFiles(path: string): Promise<string> {
  const folder = join(dirname(path), "copy");
  await mkdir(folder);
  for (const suffix of ["", "-wal"]) {
    const file = `${path}${suffix}`;
    if (existsSync(file)) await copyFile(file, join(folder, basename(file)));
  }
  return join(folder, basename(path));
}

/** Reads the numbers of blocks that a process has proven, from its log. */
export async function readMadeProofs(logFile: string): Promise<number[]> {
  if (!existsSync(logFile)) return [];
  // The last line may be cut off.
  const lines = (await readFile(logFile, "utf8")).split("\n").slice(0, -1);
  const entries = lines.map((line) => JSON.parse(line) as LogEntry);
  const made = entries.filter(({ level, step }) => level === "info" && step === "prove");
  return made.flatMap(({ blockNumbers = [] }) => blockNumbers);
}

interface LogEntry {
  readonly level: string;
  readonly step?: string;
  readonly blockNumbers?: number[];
}
