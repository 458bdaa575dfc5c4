/** Facts of a log line that programs read: block numbers, hashes, durations. */
export interface LogFields {
  readonly [name: string]: unknown;
}

/** Log sink of the operator; `console` satisfies it. */
export interface Logger {
  /**
   * Takes a line for developers.
   *
   * @param message - One line.
   * @param fields - The facts of the line.
   */
  debug(message: string, fields?: LogFields): void;
  /**
   * Takes a line about a step that has succeeded.
   *
   * @param message - One line.
   * @param fields - The facts of the line.
   */
  info(message: string, fields?: LogFields): void;
  /**
   * Takes a line about a step that has failed.
   *
   * @param message - One line, perhaps with a stack trace after it.
   * @param fields - The facts of the line.
   */
  error(message: string, fields?: LogFields): void;
}

/** A sink that drops every line. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, error: () => {} };
