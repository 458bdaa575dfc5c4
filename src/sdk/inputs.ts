/**
 * Checks of what callers pass, with a coded error for each kind of mistake, for callers in
 * TypeScript and in plain JavaScript.
 */
import { getAddress, isAddress, isHexString, ZeroAddress } from "ethers";
import { z } from "zod";
import type { Abort } from "../api/abort.ts";
import { assert, isRollupError, type RollupError } from "../util/errors.ts";
import { sdkError } from "./errors.ts";

/** A schema that refuses with a coded error; its input is unchecked, hence unknown. */
export type Input<T> = z.ZodType<T, z.ZodTypeDef, unknown>;

/** Creates the error of a refused value; `option` is its name, such as `governance.governor`. */
type Refuse = (option: string, value: unknown) => RollupError;

/** Bytes as long as a key: a value in the wrong place may be one. */
const LONG_HEX = /[0-9a-f]{64,}/i;
/** What stands before the host of a URL. */
const USER_INFO = /\/\/[^/?#]*@/g;

/**
 * Formats a value for an error, so that `"5"`, `5n` and `5` differ. What may be a secret is not
 * shown.
 */
export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") {
    if (LONG_HEX.test(value)) return `a text of ${value.length} characters`;
    return JSON.stringify(value.replaceAll(USER_INFO, "//***@"));
  }
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "an object";
  }
  return typeof value === "function" ? "a function" : String(value);
}

function refused(context: z.RefinementCtx, value: unknown, refuse: Refuse): never {
  const params = { error: refuse(context.path.join("."), value) };
  context.addIssue({ code: "custom", params });
  return z.NEVER;
}

/** @param read - Returns undefined for what it refuses. */
function inputOf<T>(read: (value: unknown) => T | undefined, refuse: Refuse): Input<T> {
  return z.unknown().transform((value, context): T => {
    const accepted = read(value);
    return accepted === undefined ? refused(context, value, refuse) : accepted;
  });
}

/** A value for which `accepts` holds, or else OPTION_INVALID. @param expected - Ends a sentence. */
export function option<T>(expected: string, accepts: (value: unknown) => value is T): Input<T> {
  return inputOf(
    (value) => (accepts(value) ? value : undefined),
    (name, value) =>
      sdkError({ code: "OPTION_INVALID", option: name, value: show(value), expected }),
  );
}

/** Returns an address with its checksum; ENS names and contract objects are no addresses. */
function readAddress(value: unknown): string | undefined {
  if (!isHexString(value, 20) || !isAddress(value)) return undefined;
  return getAddress(value);
}

const refuseAddress: Refuse = (field, value) =>
  sdkError({ code: "ADDRESS_INVALID", field, value: show(value) });

/** An L1 address, returned with its checksum; refused with ADDRESS_INVALID. */
export const address: Input<string> = inputOf(readAddress, refuseAddress);

/** As {@link address}, without the zero address, which nobody owns. */
export const nonZeroAddress: Input<string> = inputOf((value) => {
  const read = readAddress(value);
  return read === ZeroAddress ? undefined : read;
}, refuseAddress);

/** A bigint that is not negative; refused with AMOUNT_INVALID. */
export const amount: Input<bigint> = inputOf(
  (value) => (typeof value === "bigint" && value >= 0n ? value : undefined),
  (field, value) => sdkError({ code: "AMOUNT_INVALID", field, value: show(value) }),
);

/** A whole number in a range, both ends included. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Input<number> {
  const isInRange = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  return option(`a whole number from ${min} to ${max}`, isInRange);
}

/** One of some texts. @param refuse - Default: OPTION_INVALID with the known values. */
export function oneOf<T extends string>(
  values: readonly T[],
  refuse: Refuse = (name, value) =>
    sdkError({
      code: "OPTION_INVALID",
      option: name,
      value: show(value),
      expected: `one of ${values.join(", ")}`,
    }),
): Input<T> {
  return inputOf((value) => values.find((each) => each === value), refuse);
}

/** Text that is not empty. */
export const text = option(
  "text",
  (value): value is string => typeof value === "string" && value !== "",
);

/** A hash of 32 bytes, returned in lower case. */
export const hash32: Input<string> = inputOf(
  (value) => (isHexString(value, 32) ? value.toLowerCase() : undefined),
  (name, value) =>
    sdkError({
      code: "OPTION_INVALID",
      option: name,
      value: show(value),
      expected: "32 bytes of 0x-hex",
    }),
);

/** An `AbortSignal`. */
export const abortSignal: Input<Abort> = option(
  "an AbortSignal",
  (value): value is Abort =>
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "aborted") === "boolean" &&
    typeof Reflect.get(value, "addEventListener") === "function",
);

/** A function. */
export const listener = option(
  "a function",
  (value): value is (...args: never[]) => unknown => typeof value === "function",
);

/** Bytes as 0x-hex. */
export function hexBytes(length: number): Input<string> {
  return option(`${length} bytes of 0x-hex`, (value): value is string =>
    isHexString(value, length),
  );
}

/** A list with `lengthMin` items or more. */
export function listOf<T>(item: Input<T>, lengthMin = 0): Input<T[]> {
  return option(
    `a list of ${lengthMin} items or more`,
    (value): value is unknown[] => Array.isArray(value) && value.length >= lengthMin,
  ).pipe(z.array(item));
}

/** A schema for each key that a type has. */
type Shape<T> = { readonly [K in keyof T]-?: Input<NonNullable<T[K]> | undefined> };

/**
 * An object with these options and no others: OPTION_UNKNOWN names the known ones. Options that are
 * undefined are left out.
 */
export function optionsOf<T extends object>(shape: Shape<T>): Input<T> {
  const known = Object.keys(shape);
  return z
    .unknown()
    .transform((value, context): object => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        const expected = `an object with ${known.join(", ")}`;
        return refused(context, value, (name) =>
          sdkError({ code: "OPTION_INVALID", option: name, value: show(value), expected }),
        );
      }
      const stranger = Object.keys(value).find((key) => !known.includes(key));
      if (stranger === undefined) return value;
      return refused(context, value, (name) => {
        const path = name === "" ? stranger : `${name}.${stranger}`;
        return sdkError({ code: "OPTION_UNKNOWN", option: path, known });
      });
    })
    .pipe(z.object(shape as unknown as z.ZodRawShape))
    .transform((options) => {
      const given = Object.entries(options).filter(([, value]) => value !== undefined);
      return Object.fromEntries(given) as T;
    });
}

/** The options of a method that has none. */
export const noOptions = optionsOf<object>({});

/**
 * Checks what a caller has passed.
 *
 * @param name - Name of the value in errors, if the schema is not one of options.
 * @throws ADDRESS_INVALID, AMOUNT_INVALID, OPTION_INVALID, OPTION_UNKNOWN
 */
export function readInput<T>(schema: Input<T>, value: unknown, name?: string): T {
  const path = name === undefined ? [] : [name];
  const parsed = schema.safeParse(value, { path });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const error: unknown = issue?.code === "custom" ? issue.params?.["error"] : undefined;
  assert(isRollupError(error), "every schema of an input refuses with a coded error");
  throw error;
}
