/** Errors of a database, in the words of a store. */
import { isRollupError } from "../util/errors.ts";
import { storeError } from "./errors.ts";
import { FENCED } from "./sql/executor.ts";
import { PACKAGE_MISSING } from "./sql/postgres.ts";

/** Gives an error of a database the words of a store's. */
export function toStoreError(error: unknown, store: string): unknown {
  if (isRollupError(error) || !(error instanceof Error)) return error;
  if ("code" in error && error.code === PACKAGE_MISSING) {
    return storeError({ code: "STORE_DRIVER_MISSING", package: "pg" });
  }
  if ("code" in error && error.code === FENCED) {
    return storeError({ code: "STORE_TAKEN_OVER", store });
  }
  const facts = { code: "STORE_UNREACHABLE" as const, store, reason: error.message };
  return storeError(facts, { cause: error });
}
