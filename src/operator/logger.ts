/** Log sink of the operator; `console` satisfies it. */
export interface Logger {
  /**
   * Takes a line for developers.
   *
   * @param message - One line.
   */
  debug(message: string): void;
  /**
   * Takes a line about a step that has succeeded.
   *
   * @param message - One line.
   */
  info(message: string): void;
  /**
   * Takes a line about a step that has failed.
   *
   * @param message - One line, perhaps with a stack trace after it.
   */
  error(message: string): void;
}

/** A sink that drops every line. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, error: () => {} };
