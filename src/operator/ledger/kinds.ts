/** What is said of the kinds of sealed blocks. Pure. */
import type { PublicBlock } from "../../block/block.ts";
import { emptyBlockNeeds, highestIds } from "../../block/needs.ts";
import { type BlockKind, blockKindName, isMainToken } from "../../protocol/kinds.ts";
import type { Preset } from "../../protocol/presets.ts";
import { counted } from "../../util/counted.ts";

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
