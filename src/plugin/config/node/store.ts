/** `rollup.node.store`: where the node keeps what it has promised. */
import { resolve } from "node:path";
import { z } from "zod";

/** What a store is, from the text that names it. */
export type StoreConfig =
  | { readonly type: "memory" }
  | {
      readonly type: "sqlite";
      /** Absolute path of the file. Default: a file for each rollup in the data folder. */
      readonly path?: string;
    }
  | {
      readonly type: "postgres";
      /** With everything that the server needs to know, also a password. */
      readonly url: string;
    };

/** Whether a value is a store's config. */
export function isStoreConfig(value: unknown): value is StoreConfig {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  if (value.type === "memory") return true;
  if (value.type === "postgres") return "url" in value && typeof value.url === "string";
  const path = "path" in value ? value.path : undefined;
  return value.type === "sqlite" && (path === undefined || typeof path === "string");
}

/** The store of a node that names none. */
export const DEFAULT_STORE = "sqlite";

const SQLITE_PREFIX = "sqlite:";
const POSTGRES_URL = /^postgres(ql)?:\/\//;

/** The forms of a store's name, for messages. */
export const STORE_FORMS = '"memory", "sqlite", "sqlite:FILE" or "postgres://…"';

/** Whether a text names a store. */
export function isStoreName(name: string): boolean {
  if (name === "memory" || name === "sqlite" || POSTGRES_URL.test(name)) return true;
  return name.startsWith(SQLITE_PREFIX) && name.length > SQLITE_PREFIX.length;
}

export const storeSchema = z
  .string()
  .refine(isStoreName, { message: `A store is ${STORE_FORMS}.` })
  .describe(
    "what the node promises is kept here: `sqlite` in a file of the project's folder " +
      "`rollup-data`, `sqlite:FILE` in another one, `postgres://…` in a database, or `memory` " +
      "until the process ends",
  );

/**
 * Returns what a store's name means.
 *
 * @param name - See {@link isStoreName}.
 * @param root - Folder that a file's path is relative to.
 */
export function resolveStore(name: string, root: string): StoreConfig {
  if (name === "memory" || name === "sqlite") return { type: name };
  if (POSTGRES_URL.test(name)) return { type: "postgres", url: name };
  return { type: "sqlite", path: resolve(root, name.slice(SQLITE_PREFIX.length)) };
}
