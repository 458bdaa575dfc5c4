/** What a running node says of itself when it has started. */
import { ETHEREUM_PATH } from "../../api/ethereum-methods.ts";
import { deriveL2ChainId } from "../../server/ethereum/chain-id.ts";
import type { OperatorNode } from "./operator-node.ts";

type DescribedNode = Pick<OperatorNode, "url" | "adminUrl" | "pagesUrl"> & {
  readonly rollup: Pick<OperatorNode["rollup"], "operator">;
};

/** Describes a node as `rollup:operator --json` prints it. */
export function describeNode(
  { rollup, url, adminUrl, pagesUrl }: DescribedNode,
  l2ChainId: number | undefined,
) {
  const { state, chainId, rollupAddress, preset, prover, bond } = rollup.operator;
  return {
    url,
    ...(adminUrl !== undefined && { adminUrl }),
    ethereumUrl: url + ETHEREUM_PATH,
    ...(pagesUrl !== undefined && { pagesUrl }),
    chainId: Number(chainId),
    l2ChainId: l2ChainId ?? deriveL2ChainId(rollup.operator),
    rollup: rollupAddress,
    ...(bond !== undefined && { bond: bond.bondAddress }),
    preset: preset.name,
    prover: prover.name,
    accounts: [...state.accounts()].length,
    stateRoot: state.root,
  };
}

/** Lists what a person sees of a node: name and value. */
export function nodeRows(
  description: ReturnType<typeof describeNode>,
): readonly (readonly [name: string, value: string])[] {
  const { url, adminUrl, ethereumUrl, pagesUrl, chainId, l2ChainId, rollup, bond } = description;
  return [
    ["JSON-RPC, rollup_* and L1's", url],
    ...(adminUrl === undefined ? [] : [["The same with all methods", adminUrl] as const]),
    ["L2 for Ethereum tools", ethereumUrl],
    ...(pagesUrl === undefined ? [] : [["Explorer and wallet", pagesUrl] as const]),
    ["Chain id", String(chainId)],
    ["Chain id of L2 there", String(l2ChainId)],
    ["Rollup", rollup],
    ["Bond of its promises", bond ?? "none: it signs no promises"],
    ["Accounts", String(description.accounts)],
    ["State root", String(description.stateRoot)],
  ];
}
