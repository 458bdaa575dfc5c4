/** Log sink of the operator; `console` satisfies it. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  error(message: string): void;
}

export const silentLogger: Logger = { debug: () => {}, info: () => {}, error: () => {} };
