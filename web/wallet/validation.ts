/** Checks of what a person has typed, in the words of the field. */
import { getAddress, isAddress, isHexString, ZeroAddress } from "ethers";
import {
  closestPackableAmountBelow,
  formatAmount,
  isPackableAmount,
  isRollupError,
  parseAmount,
} from "../../src/sdk.ts";
import type { FieldError } from "../components/field.tsx";
import { InvalidFields } from "./action-form.tsx";
import { showAmount, type ShownToken } from "./tokens.ts";

interface AmountRules {
  readonly token: ShownToken;
  /** What there is. */
  readonly available: bigint;
  /** Where it is, such as "on L2". */
  readonly place: string;
  /** `packed`: a transfer has no place for every amount. */
  readonly form: "packed" | "exact";
}

/** A value, or what is wrong with it. */
export type Checked<T> = { readonly value: T } | { readonly error: FieldError };

export function checkAmount(text: string, rules: AmountRules): Checked<bigint> {
  const { token, available, place, form } = rules;
  const refuse = (error: string, proposal?: bigint) => ({
    error: {
      text: error,
      ...(proposal !== undefined && { proposal: formatAmount(proposal, token) }),
    },
  });
  if (text.trim() === "") return refuse("Enter an amount.");
  let amount: bigint;
  try {
    amount = parseAmount(text.trim(), token);
  } catch (error) {
    if (!isRollupError(error)) throw error;
    return refuse(
      `Enter a number such as 1.5, with at most ${token.decimals} digits after the point.`,
    );
  }
  if (amount === 0n) return refuse("Enter more than 0.");
  if (amount > available) {
    return refuse(`You have ${showAmount(available, token)} ${place}.`);
  }
  if (form === "exact" || isPackableAmount(amount)) return { value: amount };
  const closest = closestPackableAmountBelow(amount);
  return refuse("A transfer carries about ten digits at most, followed by zeros.", closest);
}

export function checkAddress(text: string): Checked<string> {
  const address = text.trim();
  if (address === "") return { error: { text: "Enter an address." } };
  if (!isHexString(address, 20)) {
    return { error: { text: "Enter 0x and 40 hexadecimal digits. Names are not looked up." } };
  }
  if (!isAddress(address)) {
    return { error: { text: "A character is wrong: the checksum does not fit. Copy it again." } };
  }
  const checksummed = getAddress(address);
  if (checksummed === ZeroAddress) return { error: { text: "Nobody owns this address." } };
  return { value: checksummed };
}

/** The maximum of a fee; undefined for an empty field. */
export function checkMaxFee(text: string, token: ShownToken): Checked<bigint | undefined> {
  if (text.trim() === "") return { value: undefined };
  try {
    return { value: parseAmount(text.trim(), token) };
  } catch (error) {
    if (!isRollupError(error)) throw error;
    return { error: { text: "Enter a number such as 0.001, or nothing." } };
  }
}

/** The values of all fields. @throws {InvalidFields} */
export function valuesOf<T extends Readonly<Record<string, Checked<unknown>>>>(
  fields: T,
): { readonly [K in keyof T]: Extract<T[K], { readonly value: unknown }>["value"] } {
  const errors: Record<string, FieldError> = {};
  const values: Record<string, unknown> = {};
  for (const [name, checked] of Object.entries(fields)) {
    if ("error" in checked) errors[name] = checked.error;
    else values[name] = checked.value;
  }
  if (Object.keys(errors).length > 0) throw new InvalidFields(errors);
  return values as { readonly [K in keyof T]: Extract<T[K], { readonly value: unknown }>["value"] };
}
