/** What of ERC-20 an L2 can answer and show. */
import { Interface } from "ethers";

const ERC20 = new Interface([
  "function transfer(address to, uint256 amount) returns (bool)",
  "function balanceOf(address owner) view returns (uint256)",
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "event Transfer(address indexed from, address indexed to, uint256 amount)",
]);

/** A question to a token. */
export type Erc20Call =
  { readonly name: "balanceOf"; readonly owner: bigint } | { readonly name: "decimals" | "symbol" };

/** @returns Undefined for any other call, or one whose arguments are not those of the function. */
export function decodeErc20Call(data: string): Erc20Call | undefined {
  try {
    const parsed = ERC20.parseTransaction({ data });
    if (parsed?.name === "balanceOf") {
      return { name: "balanceOf", owner: BigInt(parsed.args[0] as string) };
    }
    const { name } = parsed ?? {};
    return name === "decimals" || name === "symbol" ? { name } : undefined;
  } catch {
    return undefined;
  }
}

export function encodeErc20Result(name: Erc20Call["name"], value: bigint | number | string) {
  return ERC20.encodeFunctionResult(name, [value]);
}

/** The data of a call of `transfer`. @param to - 20 bytes of 0x-hex. */
export function encodeTransferCall(to: string, amount: bigint): string {
  return ERC20.encodeFunctionData("transfer", [to, amount]);
}

/** The event of a transfer. */
export function encodeTransferEvent(
  from: string,
  to: string,
  amount: bigint,
): { readonly topics: string[]; readonly data: string } {
  const { topics, data } = ERC20.encodeEventLog("Transfer", [from, to, amount]);
  return { topics: topics, data };
}
