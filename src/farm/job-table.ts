/** The operator's side of the tables: jobs of pg-boss, and the proofs that were right. */
import type { JobProof, ProofJob } from "../prover/prover.ts";
import { ANSWER_LENGTH_MAX } from "./answer.ts";
import { type FarmDatabase, openDatabase } from "./database.ts";
import type { QueueLocation } from "./location.ts";
import { decodeProof, encodeJob, encodeProof, type FarmKey, jobIdOf, queueOf } from "./job.ts";

export interface JobTableOptions extends QueueLocation {
  /**
   * Time without a sign of life after which a worker counts as dead and its job is given to
   * another, seconds, from 10. Default 30.
   */
  readonly heartbeatSeconds?: number;
}

/** Where a job is found. */
export interface SentJob {
  readonly key: FarmKey;
  readonly statement: string;
  readonly generation: number;
}

export interface NewJob extends SentJob {
  readonly job: ProofJob;
  /** Worker that should leave it to others. */
  readonly without: string | undefined;
}

/** What the database says of a job. Anybody with a worker's account may have written it. */
export interface JobRow {
  readonly id: string;
  readonly state: string;
  /** How often it has been given out again. */
  readonly attempt: number;
  /** Text of the answer, unless it is too long for one. */
  readonly output: string | undefined;
}

export interface JobTable {
  /** Makes a job, unless it is there. */
  send(job: NewJob): Promise<void>;
  /** Reads jobs, by statement. */
  read(jobs: readonly SentJob[]): Promise<Map<string, JobRow>>;
  /** Finds the latest generation that the database has of each statement. */
  findGenerations(jobs: readonly Omit<SentJob, "generation">[]): Promise<Map<string, number>>;
  findProofs(statements: readonly string[]): Promise<Map<string, JobProof>>;
  /** Keeps a proof that was verified, and removes its job. */
  keep(
    key: FarmKey,
    statement: string,
    generation: number,
    made: { readonly proof: JobProof; readonly worker: string },
  ): Promise<void>;
  remove(key: FarmKey, statement: string, generation: number): Promise<void>;
  nextGeneration(generation: number): number;
  close(): Promise<void>;
}

export const HEARTBEAT_SECONDS = 30;
/** Ids that the jobs of one statement take in turns. */
const GENERATIONS = 8;
/** How often a job is given out again because its worker has died. */
const DEATHS_MAX = 5;
const EXPIRE_SECONDS = 60 * 60;
const KEEP_DAYS = 7;

/** @throws FARM_URL_INVALID, FARM_PACKAGE_MISSING, FARM_UNREACHABLE */
export async function openJobTable(
  options: JobTableOptions,
  keys: readonly FarmKey[],
  onError: (reason: string) => void,
): Promise<JobTable> {
  const database = await openDatabase(options, "operator", onError);
  const { heartbeatSeconds = HEARTBEAT_SECONDS } = options;
  try {
    await createTables(database, keys);
  } catch (error) {
    await database.close();
    throw error;
  }
  return toTable(database, heartbeatSeconds);
}

async function createTables({ schema, boss, query }: FarmDatabase, keys: readonly FarmKey[]) {
  await query(
    `CREATE TABLE IF NOT EXISTS ${schema}.rollup_proof (
      statement text PRIMARY KEY,
      proof text NOT NULL,
      worker text NOT NULL,
      made_on timestamptz NOT NULL DEFAULT now()
    )`,
  );
  const old = `now() - interval '${KEEP_DAYS} days'`;
  await query(`DELETE FROM ${schema}.rollup_proof WHERE made_on < ${old}`);
  for (const key of keys) await boss.createQueue(queueOf(key));
}

function toTable(database: FarmDatabase, heartbeatSeconds: number): JobTable {
  const { schema, boss, query, close } = database;
  const remove = async (key: FarmKey, statement: string, generation: number) => {
    await boss.deleteJob(queueOf(key), jobIdOf(statement, generation));
  };
  return {
    send: async ({ key, job, statement, generation, without }) => {
      await boss.send(queueOf(key), encodeJob(job, key), {
        id: jobIdOf(statement, generation),
        singletonKey: statement,
        retryLimit: DEATHS_MAX,
        expireInSeconds: EXPIRE_SECONDS,
        heartbeatSeconds,
        deleteAfterSeconds: KEEP_DAYS * 24 * 60 * 60,
        // A job that is given out again is older than those behind it.
        priority: generation === 0 ? 0 : 1,
        ...(without !== undefined && { group: { id: without } }),
      });
    },
    keep: async (key, statement, generation, { proof, worker }) => {
      const text = JSON.stringify(encodeProof(proof));
      // One statement: this is the operator's work for each proof.
      await query(
        `WITH taken AS (DELETE FROM ${schema}.job WHERE name = $4 AND id = $5)
        INSERT INTO ${schema}.rollup_proof (statement, proof, worker) VALUES ($1, $2, $3)
        ON CONFLICT (statement) DO UPDATE SET proof = excluded.proof, worker = excluded.worker`,
        [statement, text, worker, queueOf(key), jobIdOf(statement, generation)],
      );
    },
    remove,
    nextGeneration: (generation) => (generation + 1) % GENERATIONS,
    close,
    ...toQueries(database),
  };
}

function toQueries({
  schema,
  query,
}: FarmDatabase): Pick<JobTable, "read" | "findGenerations" | "findProofs"> {
  const readRows = async (
    jobs: readonly { readonly key: FarmKey }[],
    ids: readonly string[],
  ): Promise<readonly JobRow[]> => {
    const rows = await query<Omit<JobRow, "output"> & { readonly output: string | null }>(
      // The length is looked at before anything is unpacked: a worker may answer with a gigabyte.
      `SELECT id::text, state::text, retry_count AS attempt,
        CASE WHEN pg_column_size(output) <= ${ANSWER_LENGTH_MAX} THEN
          left(output::text, ${2 * ANSWER_LENGTH_MAX}) END AS output
      FROM ${schema}.job WHERE name = ANY($1) AND id = ANY($2::uuid[])`,
      [namesOf(jobs), ids],
    );
    return rows.map((row) => ({ ...row, output: row.output ?? undefined }));
  };
  return {
    read: async (jobs) => {
      if (jobs.length === 0) return new Map();
      const statements = new Map(
        jobs.map(({ statement, generation }) => [jobIdOf(statement, generation), statement]),
      );
      const rows = await readRows(jobs, [...statements.keys()]);
      return new Map(rows.map((row) => [statements.get(row.id)!, row]));
    },
    findGenerations: async (jobs) => {
      const generations = Array.from({ length: GENERATIONS }, (_, generation) => generation);
      const places = new Map(
        jobs.flatMap(({ statement }) =>
          generations.map((generation) => {
            return [jobIdOf(statement, generation), { statement, generation }] as const;
          }),
        ),
      );
      const found = new Map<string, number>();
      for (const { id } of await readRows(jobs, [...places.keys()])) {
        const { statement, generation } = places.get(id)!;
        found.set(statement, Math.max(generation, found.get(statement) ?? 0));
      }
      return found;
    },
    findProofs: async (statements) => {
      const rows = await query<{ statement: string; proof: string }>(
        `SELECT statement, left(proof, ${ANSWER_LENGTH_MAX}) AS proof
        FROM ${schema}.rollup_proof WHERE statement = ANY($1)`,
        [statements],
      );
      const proofs = rows.map(({ statement, proof }) => [statement, parseProof(proof)] as const);
      return new Map(proofs.filter((pair): pair is [string, JobProof] => pair[1] !== undefined));
    },
  };
}

function namesOf(jobs: readonly { readonly key: FarmKey }[]): string[] {
  return [...new Set(jobs.map(({ key }) => queueOf(key)))];
}

function parseProof(text: string): JobProof | undefined {
  try {
    return decodeProof(JSON.parse(text));
  } catch {
    return undefined;
  }
}
