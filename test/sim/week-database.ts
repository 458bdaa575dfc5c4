/** The database of a simulated node: a file in a temporary folder, or a schema of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqlTarget } from "../../src/store/sql/executor.ts";
import { openTestDatabase, POSTGRES_VARIABLE } from "../helpers/postgres.ts";

export interface WeekDatabase {
  readonly target: SqlTarget;
  remove(): Promise<void>;
}

/** @param type - `sqlite` or `postgres`. */
export async function createWeekDatabase(type: string): Promise<WeekDatabase> {
  if (type === "postgres") return createSchema();
  if (type !== "sqlite") throw new Error(`--store is sqlite or postgres, not ${type}`);
  const folder = await mkdtemp(join(tmpdir(), "rollup-week-"));
  const target = { type, path: join(folder, "node.sqlite") } as const;
  return { target, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function createSchema(): Promise<WeekDatabase> {
  const server = process.env[POSTGRES_VARIABLE];
  if (!server)
    throw new Error(`--store postgres needs the URL of a database in ${POSTGRES_VARIABLE}`);
  const database = await openTestDatabase(server, "week");
  await database.query(`create schema ${database.schema}`);
  const url = new URL(server);
  url.searchParams.set("options", `-c search_path=${database.schema}`);
  return { target: { type: "postgres", url: url.href }, remove: () => database.drop() };
}
