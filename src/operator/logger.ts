/** Where the operator tells what it does. `console` is one. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  error(message: string): void;
}

export const silentLogger: Logger = { debug: () => {}, info: () => {}, error: () => {} };
