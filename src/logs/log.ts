/** The log of a node: one line for each entry, as JSON or for people, without secrets. */
import { pino } from "pino";
import type { LogFields, Logger } from "../operator/logger.ts";
import { Redactor } from "./redact.ts";
import { toTextLine } from "./text-line.ts";

/** `json`: one line of JSON for each entry; `text`: a line for people. */
export const LOG_FORMATS = ["json", "text"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The least important entries that are written. */
export const LOG_LEVELS = ["debug", "info", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Takes whole lines, with the line break. */
export interface LogOutput {
  /**
   * Takes a line.
   *
   * @param line - The line, with its break.
   * @param level - Level of the entry.
   */
  write(line: string, level: LogLevel): void;
}

/** Members of every entry. */
const OWN_FIELDS = ["time", "level", "message"];

export interface LogOptions {
  /** Form of the lines. */
  readonly format: LogFormat;
  /** Takes the lines. */
  readonly output: LogOutput;
  /** Default: `info`. */
  readonly level?: LogLevel | undefined;
  /** Time of entries, ms; default: that of this machine. */
  readonly nowMs?: () => number;
}

/** A log; it satisfies the operator's port. */
export interface Log extends Logger {
  /**
   * Removes a text from all later lines.
   *
   * @param secret - A private key, a password; with or without `0x`.
   */
  hide(secret: string): void;
}

/**
 * Creates a log.
 *
 * Fields become members of the JSON entry beside `time`, `level` and `message`; bigints are 0x-hex.
 *
 * @param options - Format, and where lines go.
 * @returns The log.
 *
 * @example
 * const lines = [];
 * const output = { write: (line) => lines.push(line) };
 * const log = createLog({ format: "json", output });
 * log.info("reads L1", { url: "https://user:pass@l1.example/key", gasUsed: 255n });
 * JSON.parse(lines[0]).url; // "https://[…]@l1.example/[…]"
 * JSON.parse(lines[0]).gasUsed; // "0xff"
 */
export function createLog({ format, output, level = "info", nowMs = Date.now }: LogOptions): Log {
  const redactor = new Redactor();
  const sink = {
    write: (line: string) => {
      const { level: of } = JSON.parse(line) as { level: LogLevel };
      output.write(format === "json" ? line : toTextLine(line), of);
    },
  };
  const logger = pino(
    {
      level,
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date(nowMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  const write =
    (of: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (!logger.isLevelEnabled(of)) return;
      const rest = Object.entries(fields).filter(([name]) => !OWN_FIELDS.includes(name));
      logger[of](redactor.value(Object.fromEntries(rest)) as object, redactor.text(message));
    };
  return {
    debug: write("debug"),
    info: write("info"),
    error: write("error"),
    hide: (secret) => redactor.hide(secret),
  };
}
