/** The packages of the farm, which only those install who use it. */
import type { PgBoss } from "pg-boss";
import type { Pool } from "pg";
import { farmError } from "./errors.ts";

export interface FarmPackages {
  readonly createPool: (...options: ConstructorParameters<typeof Pool>) => Pool;
  readonly createBoss: (options: ConstructorParameters<typeof PgBoss>[0]) => PgBoss;
}

/** @throws FARM_PACKAGE_MISSING */
export async function loadPackages(): Promise<FarmPackages> {
  try {
    const [pg, boss] = await Promise.all([import("pg"), import("pg-boss")]);
    return {
      createPool: (options) => new pg.default.Pool(options),
      createBoss: (options) => new boss.PgBoss(options as never),
    };
  } catch (cause) {
    throw farmError({ code: "FARM_PACKAGE_MISSING", packages: ["pg", "pg-boss"] }, { cause });
  }
}
