/**
 * The last line of a terminal, which says at any time how things are, below a log that goes on
 * above it.
 */

/** A terminal, or what stands for it. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  /** Width; undefined if there is none. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const CLEAR_TO_END = "\u001b[K";
const COLUMNS_DEFAULT = 80;

export class StatusLine {
  readonly #terminal: Terminal;
  readonly #render: () => string;
  readonly #timer: NodeJS.Timeout;
  #shown = "";

  /**
   * @param render - Returns the line, of any length.
   * @param intervalMs - Time between two updates.
   */
  constructor(terminal: Terminal, render: () => string, intervalMs = 1_000) {
    this.#terminal = terminal;
    this.#render = render;
    this.#timer = setInterval(() => this.update(), intervalMs);
    this.#timer.unref();
    this.update();
  }

  /** Writes the line over the one before, in one piece, so that nothing flickers. */
  update(): void {
    const text = this.#text();
    if (text === this.#shown) return;
    this.#terminal.write(`\r${text}${CLEAR_TO_END}`);
    this.#shown = text;
  }

  /** Writes lines above the status line. @param write - Writes whole lines to the terminal. */
  above(write: () => void): void {
    if (this.#shown !== "") this.#terminal.write(`\r${CLEAR_TO_END}`);
    write();
    if (this.#shown !== "") this.#terminal.write(this.#shown);
  }

  /** Removes the line. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#shown !== "") this.#terminal.write(`\r${CLEAR_TO_END}`);
    this.#shown = "";
  }

  /** A line that fills the last column would wrap on some terminals. */
  #text(): string {
    const { columns = COLUMNS_DEFAULT } = this.#terminal;
    const text = this.#render();
    return text.length < columns ? text : `${text.slice(0, Math.max(0, columns - 2))}…`;
  }
}
