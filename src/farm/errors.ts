/** Errors of proof jobs in a database, and of the workers that prove them. */
import { defineErrors } from "../util/errors.ts";

export type FarmErrorFacts =
  | { code: "FARM_PACKAGE_MISSING"; packages: readonly string[] }
  | { code: "FARM_URL_INVALID"; problem: string }
  | { code: "FARM_UNREACHABLE"; reason: string }
  | { code: "FARM_JOB_FAILED"; keyId: number; attempts: number; reasons: readonly string[] }
  | { code: "FARM_JOB_MALFORMED"; problem: string }
  | { code: "FARM_KEY_MISMATCH"; keyId: number; what: string; expected: string; actual: string }
  | { code: "FARM_WORKER_INVALID"; problem: string }
  | { code: "FARM_KEYS_INVALID"; folder: string; problem: string };

export const farmError = defineErrors<FarmErrorFacts>({
  FARM_PACKAGE_MISSING: {
    message: ({ packages }) => `Proof jobs in a database need the packages ${packages.join(", ")}.`,
    fix: "Install them: npm install pg pg-boss",
  },
  FARM_URL_INVALID: {
    message: ({ problem }) => `The queue of proof jobs cannot be used: ${problem}.`,
    fix: "Name a PostgreSQL database: postgres://user@host:5432/database (ROLLUP_PROVER_QUEUE).",
  },
  FARM_UNREACHABLE: {
    message: ({ reason }) => `The database of the proof jobs does not answer: ${reason}`,
    fix: "See that PostgreSQL runs, and that user and password are right. No job is lost meanwhile.",
  },
  FARM_JOB_FAILED: {
    message: ({ keyId, attempts, reasons }) =>
      `No worker has proven a job of key ${keyId} in ${attempts} attempts: ${reasons.join("; ")}.`,
    fix: "The job is given out again; look into the logs of the workers that are named.",
  },
  FARM_JOB_MALFORMED: {
    message: ({ problem }) => `A proof job in the database cannot be read: ${problem}.`,
    fix: "The operator makes it again; operator and workers should have one version of the package.",
  },
  FARM_KEY_MISMATCH: {
    message: ({ keyId, what, expected, actual }) =>
      `The job needs the ${what} ${expected} for key ${keyId}, but the worker has ${actual}.`,
    fix: "Give the worker the keys of the operator's build: hardhat rollup:prover --output FOLDER.",
  },
  FARM_WORKER_INVALID: {
    message: ({ problem }) => `The worker cannot be started: ${problem}.`,
    fix: "Use --name with letters, digits and _.:-, --concurrency from 1 to 64, and a real --prover.",
  },
  FARM_KEYS_INVALID: {
    message: ({ folder, problem }) => `The folder ${folder} has no usable keys: ${problem}.`,
    fix: "Write it where the rollup was built: hardhat rollup:prover --output FOLDER.",
  },
});
