/** Checks the options of checks. */
import { pluginError } from "../errors.ts";
import type { OptionRange } from "./limits.ts";

/** @throws OPTION_OUT_OF_RANGE */
export function assertWithin<Ranges extends Readonly<Record<string, OptionRange>>>(
  ranges: Ranges,
  values: { readonly [Option in keyof Ranges]: number },
): void {
  for (const [option, { min, max }] of Object.entries(ranges)) {
    const value = values[option]!;
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    throw pluginError({ code: "OPTION_OUT_OF_RANGE", option, value, min, max });
  }
}
