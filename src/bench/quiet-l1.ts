/** An L1 without events, for benchmarks of an operator alone. */

import type { L1Progress, StoredBlock } from "../l1/types.ts";
import { hashStoredBlock } from "../l1/stored-block.ts";
import type { L1Port } from "../operator/l1-port.ts";
import { PROTOCOL_DIGEST } from "../operations/table.ts";
import { accountCapacity, type Preset, tokenCapacity } from "../protocol/presets.ts";

/** Timestamp of its only block, and of all blocks of the rollup. */
const TIMESTAMP = 1_900_000_000n;
const BLOCK_HASH = `0x${"11".repeat(32)}`;

/**
 * Creates an L1 that can only be read.
 *
 * @param lastBlock - The only block of the rollup, executed.
 */
export function createQuietL1(preset: Preset, lastBlock: StoredBlock): L1Port {
  const { blockNumber } = lastBlock;
  const progress: L1Progress = {
    committed: blockNumber,
    proven: blockNumber,
    executed: blockNumber,
    firstBlockNumber: blockNumber,
    storedBlockHashes: [hashStoredBlock(lastBlock)],
  };
  const refuse = () => Promise.reject(new Error("nothing can be sent to this L1"));
  return {
    chainId: 31337n,
    rollupAddress: `0x${"42".repeat(20)}`,
    deploymentBlock: 0,
    readDeployment: () =>
      Promise.resolve({
        protocolDigest: PROTOCOL_DIGEST,
        accountCapacity: accountCapacity(preset),
        tokenCapacity: tokenCapacity(preset),
        lastBlock,
      }),
    readNews: () =>
      Promise.resolve({
        blockNumber: 1,
        blockHash: BLOCK_HASH,
        tip: { number: 1, hash: BLOCK_HASH },
        timestamp: TIMESTAMP,
        executed: 0,
        requests: [],
        tokens: [],
        authorizations: [],
        authorizationResets: [],
        isExodusBegun: false,
        requestCount: 0,
        tokenCount: 1,
      }),
    readBlockHash: () => Promise.resolve(BLOCK_HASH),
    readProgress: () => Promise.resolve(progress),
    readStanding: () => Promise.resolve({ isValidator: true, protocolDigest: PROTOCOL_DIGEST }),
    readStoredBlock: () => Promise.resolve(lastBlock),
    isOwnCommit: () => Promise.resolve(true),
    hasCode: () => Promise.resolve(false),
    readOpenPayouts: () => Promise.resolve(0),
    commitBlocks: refuse,
    proveBlocks: refuse,
    executeBlocks: refuse,
    payOut: refuse,
    revertBlocks: refuse,
  };
}
