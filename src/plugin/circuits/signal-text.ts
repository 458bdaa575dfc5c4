/** Values of signals as lines of text. */
import { isList, type SignalTree } from "../../circom/signal-tree.ts";

/** Maximum values that are shown of one array. */
const SHOWN_MAX = 16;

/** Shows values by name, a line each: "product = 60", "bits = [1, 0, … 254 values]". */
export function signalLines(values: Readonly<Record<string, SignalTree>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name} = ${showTree(value)}`);
}

function showTree(value: SignalTree): string {
  if (typeof value === "bigint") return String(value);
  if (isList(value)) {
    const shown = value.slice(0, SHOWN_MAX).map(showTree).join(", ");
    return `[${shown}${value.length > SHOWN_MAX ? `, … ${value.length} values` : ""}]`;
  }
  const members = Object.entries(value).map(([name, member]) => `${name}: ${showTree(member)}`);
  return `{ ${members.join(", ")} }`;
}
