/** The tables of a store, as queries see them. */

/** What a store is of, by names that only this module writes. */
interface MetaTable {
  readonly name: string;
  readonly value: string;
}

/** Events that were written together. */
interface EventsTable {
  /** Sequence numbers of the first and the last event, from 1 without gaps. */
  readonly first: number;
  readonly last: number;
  /** One encoded event a line. */
  readonly data: string;
  /** CRC-32 of the data. */
  readonly checksum: number;
}

/** Complete snapshots: the ledger after the event of a sequence number. */
interface SnapshotsTable {
  readonly sequence: number;
  readonly parts: number;
  readonly bytes: number;
  /** Version of the rules by which later events apply. */
  readonly rules: number;
  /** Unix time in milliseconds. */
  readonly made: number;
}

interface SnapshotPartsTable {
  readonly sequence: number;
  readonly part: number;
  readonly kind: string;
  readonly data: string;
  readonly checksum: number;
}

/** L1 transactions of the operator that are not settled. */
interface L1TransactionsTable {
  readonly account: string;
  readonly nonce: number;
  /** Versions of a nonce in the order in which they were written. */
  readonly version: number;
  readonly hash: string;
  readonly raw: string;
  readonly purpose: string;
  readonly sent: number;
}

/** What the operator's L1 transactions have cost in the last 24 hours. */
interface L1CostsTable {
  readonly account: string;
  /** Unix time in milliseconds. */
  readonly time: number;
  /** Decimal. */
  readonly wei: string;
}

/** Executed blocks that have left the memory. */
interface BlocksTable {
  readonly number: number;
  readonly kind: string;
  readonly timestamp: number;
  readonly operations: number;
  /** Encoded, see `BlockSummary`. */
  readonly data: string;
}

/** Operations of these blocks. */
interface OperationsTable {
  readonly block: number;
  readonly slot: number;
  readonly type: string;
  /** What it was made of: the type of the transaction or the request. */
  readonly source: string;
  /** Of a transaction; else null. */
  readonly hash: string | null;
  /** Of a request of L1; else null. */
  readonly request: number | null;
  /** All its fields, encoded. */
  readonly data: string;
}

/** Which accounts an operation has touched. */
interface AccountOperationsTable {
  readonly account: number;
  readonly block: number;
  readonly slot: number;
}

/** Receipts of transactions that were rejected after they had been accepted. */
interface RejectionsTable {
  readonly hash: string;
  readonly data: string;
}

/** What was told to clients, in rows of changes that were written together. */
interface ChangesTable {
  /** Numbers of the first and the last change, from 1 without gaps. */
  readonly first: number;
  readonly last: number;
  /** One encoded change a line. */
  readonly data: string;
}

export interface Tables {
  readonly meta: MetaTable;
  readonly events: EventsTable;
  readonly snapshots: SnapshotsTable;
  readonly snapshot_parts: SnapshotPartsTable;
  readonly l1_transactions: L1TransactionsTable;
  readonly l1_costs: L1CostsTable;
  readonly blocks: BlocksTable;
  readonly operations: OperationsTable;
  readonly account_operations: AccountOperationsTable;
  readonly rejections: RejectionsTable;
  readonly changes: ChangesTable;
}

/** The columns of each table's key, in their order; none for a table without a key. */
export const TABLE_KEYS = {
  meta: ["name"],
  events: ["first"],
  snapshots: ["sequence"],
  snapshot_parts: ["sequence", "part"],
  l1_transactions: ["account", "nonce", "version"],
  l1_costs: [],
  blocks: ["number"],
  operations: ["block", "slot"],
  account_operations: ["account", "block", "slot"],
  rejections: ["hash"],
  changes: ["first"],
} as const satisfies { readonly [Name in keyof Tables]: readonly (keyof Tables[Name])[] };
