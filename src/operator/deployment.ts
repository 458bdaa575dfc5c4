/** Whether contract, circuits and this code are of one kind, before anything is accepted. */
import { hashStoredBlock } from "../l1/stored-block.ts";
import type { L1Deployment } from "../l1/types.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { operatorError } from "./errors.ts";
import type { L1Port } from "./l1-port.ts";
import type { StartingPoint } from "./ledger/ledger.ts";

/**
 * @param circuitsProtocolDigest - From the manifest of the compiled circuits, if there are any.
 * @throws PROTOCOL_DIGEST_MISMATCH, CAPACITY_MISMATCH
 */
export function assertDeployment(
  preset: Preset,
  deployment: L1Deployment,
  circuitsProtocolDigest = PROTOCOL_DIGEST,
): void {
  assertDigest("The contract", deployment.protocolDigest);
  assertDigest("The set of circuits", circuitsProtocolDigest);
  assertCapacity("accounts", accountCapacity(preset), deployment.accountCapacity);
  assertCapacity("tokens", tokenCapacity(preset), deployment.tokenCapacity);
}

/**
 * The start of a rollup that has no block yet.
 *
 * @throws ROLLUP_NOT_FRESH, GENESIS_MISMATCH
 */
export function startAtGenesis(
  state: RollupState,
  { lastBlock: storedBlock }: L1Deployment,
): StartingPoint {
  if (storedBlock.blockNumber > 0) {
    throw operatorError({ code: "ROLLUP_NOT_FRESH", committedBlocks: storedBlock.blockNumber });
  }
  if (storedBlock.stateRoot !== state.root) {
    const facts = { expected: state.root, actual: storedBlock.stateRoot };
    throw operatorError({ code: "GENESIS_MISMATCH", ...facts });
  }
  return { state, storedBlock, nextRequestId: 0 };
}

/**
 * @param l1BlockNumber - L1 block at whose end the question is asked.
 * @throws START_NOT_ON_L1 if L1 has not executed the block, or it leads to another state.
 */
export async function assertStart(
  l1: L1Port,
  { storedBlock, state }: StartingPoint,
  l1BlockNumber: number,
): Promise<void> {
  const { blockNumber, stateRoot } = storedBlock;
  const progress = await l1.readProgress(blockNumber, l1BlockNumber);
  const hash = progress.storedBlockHashes[blockNumber - progress.firstBlockNumber];
  const isExecuted = blockNumber <= progress.executed;
  const isSame = hash === hashStoredBlock(storedBlock) && stateRoot === state.root;
  if (!isExecuted || !isSame) throw operatorError({ code: "START_NOT_ON_L1", blockNumber });
}

function assertDigest(what: string, actual: string): void {
  if (actual === PROTOCOL_DIGEST) return;
  throw operatorError({
    code: "PROTOCOL_DIGEST_MISMATCH",
    what,
    expected: PROTOCOL_DIGEST,
    actual,
  });
}

function assertCapacity(what: string, expected: number, actual: number): void {
  if (actual === expected) return;
  throw operatorError({ code: "CAPACITY_MISMATCH", what, expected, actual });
}
