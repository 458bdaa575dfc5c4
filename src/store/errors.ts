/** Why a store cannot be used, or not at present. */
import { defineErrors } from "../util/errors.ts";

export type StoreErrorFacts =
  | { code: "STORE_MISMATCH"; store: string; differences: string }
  | { code: "STORE_TOO_NEW"; store: string; kept: number; known: number }
  | { code: "STORE_RULES_CHANGED"; store: string; kept: number; known: number; events: number }
  | { code: "STORE_CORRUPT"; store: string; record: string; reason: string }
  | { code: "STORE_NOT_FOUND"; store: string }
  | { code: "STORE_INCOMPLETE"; store: string }
  | { code: "BACKUP_EXISTS"; name: string }
  | { code: "BACKUP_FAILED"; name: string; reason: string }
  | { code: "STORE_UNREACHABLE"; store: string; reason: string }
  | { code: "STORE_DRIVER_MISSING"; package: string }
  | { code: "STORE_TAKEN_OVER"; store: string }
  | { code: "STORE_UNAVAILABLE"; seconds: number; reason: string };

export const storeError = defineErrors<StoreErrorFacts>({
  STORE_MISMATCH: {
    message: ({ store, differences }) =>
      `The store ${store} is not the one of this rollup: ${differences}.`,
    fix:
      "Start with the config that it was made with, or name another store; the operator then starts " +
      "from the data on L1.",
  },
  STORE_TOO_NEW: {
    message: ({ store, kept, known }) =>
      `The store ${store} has the schema ${kept}, and this version knows no later one than ${known}.`,
    fix: "Use the version of hardhat-zkrollup that has written it, or a later one.",
  },
  STORE_RULES_CHANGED: {
    message: ({ store, kept, known, events }) =>
      `The store ${store} has ${events} events after its snapshot, made by the rules ${kept} of ` +
      `another version; this one has the rules ${known}.`,
    fix:
      "Start the earlier version once more and stop it with SIGTERM: that leaves a snapshot, which " +
      "any later version reads.",
  },
  STORE_CORRUPT: {
    message: ({ store, record, reason }) =>
      `The store ${store} is damaged: ${record} cannot be read: ${reason}.`,
    fix:
      "Restore a backup of rollup:backup, or move the store away: the operator then starts from the " +
      "data on L1, without what was not committed.",
  },
  STORE_NOT_FOUND: {
    message: ({ store }) => `There is no store ${store}.`,
    fix: "Name the store of the operator with --store, and start rollup:operator first.",
  },
  STORE_INCOMPLETE: {
    message: ({ store }) => `The store ${store} is a copy that was cut off, or is being made.`,
    fix: "Wait for rollup:backup to end; if it was ended, make the copy again in an empty database.",
  },
  BACKUP_EXISTS: {
    message: ({ name }) => `${name} has something already, and a backup replaces nothing.`,
    fix: "Name another file with --output, such as one with the date in its name, or an empty database.",
  },
  BACKUP_FAILED: {
    message: ({ name, reason }) => `The backup ${name} cannot be made: ${reason}.`,
    fix:
      "See that the folder or the database exists, that it can be written, and that its disk has " +
      "room.",
  },
  STORE_UNREACHABLE: {
    message: ({ store, reason }) => `The store ${store} cannot be opened: ${reason}.`,
    fix: "See that the database runs, that the file can be written, and that the name is right.",
  },
  STORE_DRIVER_MISSING: {
    message: ({ package: name }) => `A store in PostgreSQL needs the package ${name}.`,
    fix: "Install it in the project: npm install --save-dev pg",
  },
  STORE_TAKEN_OVER: {
    message: ({ store }) =>
      `Another operator has taken over the store ${store}; this one can keep nothing any more.`,
    fix: "Let only one operator use a store; stop this one, which accepts nothing.",
  },
  STORE_UNAVAILABLE: {
    message: ({ seconds, reason }) =>
      `The store has kept nothing for ${seconds} s: ${reason}. Whether the latest transactions are ` +
      "accepted is open until it does.",
    fix:
      "Send the same transactions again later, or ask for their receipts; the operator makes sure " +
      "that its disk has room and its database runs.",
  },
});
