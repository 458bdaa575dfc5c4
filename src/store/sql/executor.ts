/** What runs SQL statements, in the store's thread. */

/** A statement with the values of its placeholders. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

export interface StatementResult {
  readonly rows: readonly unknown[];
  /** Rows that it has inserted, updated or deleted. */
  readonly changes: number;
}

/** Statements that take effect together or not at all. */
export interface Transaction {
  /** Must change one row; otherwise nothing of the transaction happens. */
  readonly fence?: Statement | undefined;
  readonly statements: readonly Statement[];
}

export interface SqlExecutor {
  /** Runs a statement on the connection for reading. */
  query(statement: Statement): Promise<StatementResult>;
  /**
   * Runs a transaction on the connection for writing. If it fails, it may have happened all the
   * same, except with the code {@link FENCED}.
   */
  transact(transaction: Transaction): Promise<readonly StatementResult[]>;
  /** Copies the whole database into a file while it is used. */
  backup(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Which database, and where. */
export type SqlTarget = (
  | { readonly type: "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly url: string }
) & {
  /** Whether every statement that writes is refused: for those who only look. */
  readonly isReadOnly?: boolean;
};

/** Code of the failure of a transaction whose fence has changed no row. */
export const FENCED = "FENCED";

/** A failure, as it passes between threads. */
export interface SqlFailure {
  readonly message: string;
  /** Of the database or the system. */
  readonly code: string;
}

/** An error with a code, as databases throw it. */
export class SqlError extends Error implements SqlFailure {
  readonly code: string;

  constructor({ message, code }: SqlFailure) {
    super(message);
    this.name = "SqlError";
    this.code = code;
  }
}

export function fencedError(): SqlError {
  return new SqlError({ message: "another process has taken over the store", code: FENCED });
}
