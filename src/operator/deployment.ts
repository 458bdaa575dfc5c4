/** Whether contract, circuits and this code are of one kind, before anything is accepted. */
import type { L1Deployment } from "../l1/types.ts";
import { PROTOCOL_DIGEST } from "../protocol/digest.ts";
import { accountCapacity, tokenCapacity } from "../protocol/presets.ts";
import type { RollupState } from "../state/rollup-state.ts";
import { operatorError } from "./errors.ts";

/**
 * @param circuitsProtocolDigest - From the manifest of the compiled circuits, if there are any.
 * @throws PROTOCOL_DIGEST_MISMATCH, CAPACITY_MISMATCH, ROLLUP_NOT_FRESH, GENESIS_MISMATCH
 */
export function assertDeployment(
  genesis: RollupState,
  deployment: L1Deployment,
  circuitsProtocolDigest = PROTOCOL_DIGEST,
): void {
  const { protocolDigest, lastBlock } = deployment;
  assertDigest("The contract", protocolDigest);
  assertDigest("The set of circuits", circuitsProtocolDigest);
  assertCapacity("accounts", accountCapacity(genesis.preset), deployment.accountCapacity);
  assertCapacity("tokens", tokenCapacity(genesis.preset), deployment.tokenCapacity);
  if (lastBlock.blockNumber > 0) {
    throw operatorError({ code: "ROLLUP_NOT_FRESH", committedBlocks: lastBlock.blockNumber });
  }
  if (lastBlock.stateRoot !== genesis.root) {
    const facts = { expected: genesis.root, actual: lastBlock.stateRoot };
    throw operatorError({ code: "GENESIS_MISMATCH", ...facts });
  }
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
