/**
 * The connection to the database of proof jobs. Each call has a limit, so that a database that
 * hangs, or a table that somebody locks, holds up nobody for long. No error shows the URL.
 */
import type { PgBoss } from "pg-boss";
import { settledWithin } from "../util/deadline.ts";
import { isRollupError } from "../util/errors.ts";
import { farmError } from "./errors.ts";
import { DEFAULT_SCHEMA, type QueueLocation } from "./location.ts";
import { loadPackages } from "./packages.ts";

export interface FarmDatabase {
  readonly schema: string;
  /** The client of pg-boss, which is started. */
  readonly boss: PgBoss;
  /** Runs a statement. @throws FARM_UNREACHABLE */
  query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Returns what an error says, without secrets. */
  describe(error: unknown): string;
  close(): Promise<void>;
}

/** What a client of the queue is: operators make and watch jobs, workers only fetch and answer. */
export type FarmRole = "operator" | "worker";

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,47}$/;

const CONNECT_MS_MAX = 5_000;
/** A statement may carry a job of some MB; the server stops it before this side gives up. */
const STATEMENT_MS_MAX = 20_000;
const QUERY_MS_MAX = 25_000;
const LOCK_MS_MAX = 5_000;
const CLOSE_MS_MAX = 2_000;
/** How often jobs of dead workers are looked for. */
const SUPERVISE_SECONDS = 2;
const CONNECTIONS_MAX = 4;

/**
 * Opens the database; the operator's side creates and migrates the tables.
 *
 * @param onError - Takes what fails in the background, without secrets.
 * @throws FARM_URL_INVALID, FARM_PACKAGE_MISSING, FARM_UNREACHABLE
 */
export async function openDatabase(
  { url, schema = DEFAULT_SCHEMA }: QueueLocation,
  role: FarmRole,
  onError: (reason: string) => void,
): Promise<FarmDatabase> {
  const secrets = secretsOf(url);
  if (!SCHEMA_NAME.test(schema)) {
    throw farmError({ code: "FARM_URL_INVALID", problem: `"${schema}" is no name for a schema` });
  }
  const { createPool, createBoss } = await loadPackages();
  const describe = (error: unknown) => describeError(error, secrets);
  const unreachable = (error: unknown) =>
    isRollupError(error) ? error : farmError({ code: "FARM_UNREACHABLE", reason: describe(error) });
  const pool = createPool({
    connectionString: url,
    application_name: `hardhat-zkrollup ${role}`,
    max: CONNECTIONS_MAX,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    query_timeout: QUERY_MS_MAX,
    lock_timeout: LOCK_MS_MAX,
    idle_in_transaction_session_timeout: STATEMENT_MS_MAX,
  });
  pool.on("error", (error) => onError(describe(error)));
  const executeSql = async (text: string, values: unknown[] = []) => {
    try {
      return await pool.query(text, values);
    } catch (error) {
      throw Object.assign(unreachable(error), { sqlState: (error as { code?: unknown }).code });
    }
  };
  const isOperator = role === "operator";
  const boss = createBoss({
    db: { executeSql },
    schema,
    migrate: isOperator,
    createSchema: isOperator,
    supervise: isOperator,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    schedule: false,
    registerInstance: false,
    reindex: false,
    monitorVacuum: false,
    openTelemetry: { enabled: false },
  });
  boss.on("error", (error) => onError(describe(error)));
  const close = async () => {
    // A database that hangs must not keep anybody from ending.
    await settledWithin(boss.stop({ graceful: false, close: false }), CLOSE_MS_MAX);
    await settledWithin(pool.end(), CLOSE_MS_MAX);
  };
  try {
    await boss.start();
  } catch (error) {
    await close();
    throw unreachable(error);
  }
  return {
    schema,
    boss,
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await executeSql(text, [...values])).rows as Row[],
    describe,
    close,
  };
}

/** Lists what no message may contain. @throws FARM_URL_INVALID, which does not show the URL */
function secretsOf(url: string): string[] {
  const refuse = (problem: string) => farmError({ code: "FARM_URL_INVALID", problem });
  if (!/^postgres(ql)?:\/\//.test(url)) throw refuse("it is no URL of a PostgreSQL database");
  try {
    const { password } = new URL(url);
    const forms = [url, password, decodeURIComponent(password)];
    return forms.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  } catch {
    throw refuse("its URL cannot be read; write special characters of a password as %XX");
  }
}

/** An error of the network may have no message, but a code. */
function describeError(error: unknown, secrets: readonly string[]): string {
  const { message, code, errors } = Object(error) as {
    message?: unknown;
    code?: unknown;
    errors?: readonly unknown[];
  };
  const first = errors?.[0] === undefined ? "" : describeError(errors[0], secrets);
  const text = [message, first, code].find((part) => typeof part === "string" && part !== "");
  const line = String(text ?? error).replaceAll(/\s+/g, " ");
  // What pg-boss says of tables that only the operator makes.
  if (/pg-boss is not installed/i.test(line)) {
    return "it has no tables of proof jobs yet, which the operator makes: start that first";
  }
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), line);
}
