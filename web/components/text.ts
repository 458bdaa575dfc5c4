/** Texts that people read, of what a rollup has. */
import { getAddress, toBeHex } from "ethers";
import { ADDRESS_BYTES, FIELD_BYTES } from "../../src/protocol/constants.ts";

const NUMBERS = new Intl.NumberFormat("en");

/** A whole number with separators. */
export function showCount(count: number | bigint): string {
  return NUMBERS.format(count);
}

/** A number and its noun, such as "1 block" or "2 blocks". */
export function showCounted(count: number, noun: string): string {
  return `${showCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** An address with its checksum. @param value - uint160, or 0x-hex of it. */
export function toAddress(value: bigint | string): string {
  return getAddress(toBeHex(BigInt(value), ADDRESS_BYTES));
}

/** A field element or hash as 32 bytes of 0x-hex. */
export function toWord(value: bigint | string): string {
  return toBeHex(BigInt(value), FIELD_BYTES);
}

/** The ends of a long hexadecimal text. */
export function shorten(hex: string): string {
  return hex.length <= 16 ? hex : `${hex.slice(0, 8)}…${hex.slice(-6)}`;
}

const SYMBOL_CHARACTERS_MAX = 20;

/**
 * The symbol of a token. Its contract chooses it, so characters that change what a screen shows
 * become marks.
 */
export function showSymbol(symbol: string): string {
  const characters = Array.from(symbol.replace(/[\p{C}\p{Z}]/gu, "\u00b7"));
  const shown = characters.slice(0, SYMBOL_CHARACTERS_MAX).join("");
  return characters.length > SYMBOL_CHARACTERS_MAX ? `${shown}…` : shown;
}

/** "transferToNew" as "Transfer to new". */
export function showName(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
