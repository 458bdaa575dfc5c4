/** Which kinds of blocks are sealed, and why. Pure. */
import { cheapestKindOf, type OpenBlock, type PublicBlock } from "../../block/block.ts";
import { addNeeds, emptyBlockNeeds, highestIds, operationNeeds } from "../../block/needs.ts";
import { cheapestKind, kindCost } from "../../protocol/kind-costs.ts";
import {
  type BlockKind,
  blockKindName,
  type BlockNeeds,
  isMainToken,
} from "../../protocol/kinds.ts";
import type { Preset } from "../../protocol/presets.ts";
import { counted } from "../../util/counted.ts";
import { assert } from "../../util/errors.ts";

/**
 * Whether new operations cost fewer constraints in a block of their own than in the open one.
 * Operations that need the same as the open block always stay in it: it only fills up.
 *
 * @param open - The open block before the new operations.
 * @param together - The same block with them.
 */
export function isCheaperApart(open: OpenBlock, together: OpenBlock): boolean {
  if (open.slots.length === 0) return false;
  const { preset } = open.before;
  const added = together.slots.slice(open.slots.length);
  const alone = added
    .map(({ operation }) => operationNeeds(operation))
    .reduce(addNeeds, emptyBlockNeeds(open.header.feeAccountId));
  if (isAlike(open.needs, alone)) return false;
  const kind = cheapestKindOf(open);
  const kindAlone = cheapestKind(preset, alone);
  assert(kindAlone !== undefined, "a kind that holds the open block with them holds them alone");
  if (isAlike(kind, kindAlone)) return false;
  const apart = kindCost(preset, kind) + kindCost(preset, kindAlone);
  return apart < kindCost(preset, cheapestKindOf(together));
}

function isAlike(one: BlockNeeds, other: BlockNeeds): boolean {
  return one.levels === other.levels && one.tokens === other.tokens;
}

/**
 * Says which kind a sealed block has, and the ids that the cheapest kinds do not hold:
 * "block 7: 16-wide-8 for 3 operations, wide: token 12, 8 levels: account 300000".
 */
export function describeKind(
  { blockKinds }: Preset,
  { blockNumber, kind, operations, feeAccountId }: PublicBlock,
): string {
  const ids = operations.map(highestIds);
  const accountId = Math.max(feeAccountId, ...ids.map((highest) => highest.accountId));
  const tokenId = Math.max(0, ...ids.map((highest) => highest.tokenId));
  const { levels } = emptyBlockNeeds(accountId);
  const isHigh = levels > Math.min(...blockKinds.map((known) => known.levels));
  return [
    `block ${blockNumber}: ${blockKindName(kind)} for ${counted(operations.length, "operation")}`,
    ...(isMainToken(tokenId) ? [] : [`wide: token ${tokenId}`]),
    ...(isHigh ? [`${levels} levels: account ${accountId}`] : []),
  ].join(", ");
}

/** Numbers of blocks by the name of their kind. */
export type KindCounts = Readonly<Record<string, number>>;

/** Counts more blocks of these kinds. */
export function countKinds(counts: KindCounts, kinds: readonly BlockKind[]): KindCounts {
  const next: Record<string, number> = { ...counts };
  for (const name of kinds.map(blockKindName)) next[name] = (next[name] ?? 0) + 1;
  return next;
}
