/** Addresses are integers inside and checksummed hex at the edges. */
import { getAddress, toBeHex } from "ethers";
import { ADDRESS_BYTES } from "../protocol/constants.ts";

/** @param address - uint160. */
export function toChecksumAddress(address: bigint): string {
  return getAddress(toBeHex(address, ADDRESS_BYTES));
}
