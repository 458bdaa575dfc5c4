/** What of ERC-20 an L2 can answer and show. */
import { Interface } from "ethers";
import { toWord } from "./encoding.ts";

const ERC20 = new Interface([
  "function transfer(address to, uint256 amount) returns (bool)",
  "function balanceOf(address owner) view returns (uint256)",
  "function decimals() view returns (uint8)",
  "function symbol() view returns (string)",
  "event Transfer(address indexed from, address indexed to, uint256 amount)",
]);

const TRANSFER_SELECTOR = ERC20.getFunction("transfer")!.selector;
const TRANSFER_TOPIC = ERC20.getEvent("Transfer")!.topicHash;

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

/** The data of a call of `transfer`. */
export function encodeTransferCall(to: bigint, amount: bigint): string {
  return TRANSFER_SELECTOR + toWord(to).slice(2) + toWord(amount).slice(2);
}

/** The event of a transfer. */
export function encodeTransferEvent(
  from: bigint,
  to: bigint,
  amount: bigint,
): { readonly topics: readonly string[]; readonly data: string } {
  return { topics: [TRANSFER_TOPIC, toWord(from), toWord(to)], data: toWord(amount) };
}
