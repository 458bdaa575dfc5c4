/** Addresses: integers inside of this package, checksummed hex at its edges. */
import { getAddress, toBeHex } from "ethers";
import { ADDRESS_BYTES } from "../protocol/constants.ts";

/** Converts an address to checksummed hex. @param address - uint160. */
export function toChecksumAddress(address: bigint): string {
  return getAddress(toBeHex(address, ADDRESS_BYTES));
}
