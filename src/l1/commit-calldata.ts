/**
 * The data of committed blocks: the calldata of `commitBlocks`, which the contract lets nobody call
 * but the sender of a transaction itself.
 */
import { getBytes } from "ethers";
import type {
  CommitBlockStructOutput,
  Rollup,
  StoredBlockStructOutput,
} from "../../types/ethers-contracts/contracts/Rollup.ts";
import { l1Error } from "./errors.ts";
import { providerOf, type RollupEvent, toStoredBlock } from "./events.ts";
import { readMinedTransaction } from "./requests.ts";
import type { CommitBlock, CommittedBlock } from "./types.ts";

/**
 * A committed block with its data.
 *
 * @throws L1_CALLDATA_NOT_FOUND
 */
export async function readCommittedBlock(
  contract: Rollup,
  event: RollupEvent<"BlockCommitted">,
): Promise<CommittedBlock> {
  const storedBlock = toStoredBlock(event);
  const { transactionHash } = event;
  const transaction = await readMinedTransaction(providerOf(contract), transactionHash);
  const call = transaction && contract.interface.parseTransaction(transaction);
  if (call?.name === "commitBlocks") {
    const [last, blocks] = call.args as unknown as [
      StoredBlockStructOutput,
      CommitBlockStructOutput[],
    ];
    const block = blocks[storedBlock.blockNumber - Number(last.blockNumber) - 1];
    if (block !== undefined) {
      return { storedBlock, commitBlock: fromCommitStruct(block), transactionHash };
    }
  }
  const { blockNumber } = storedBlock;
  throw l1Error({ code: "L1_CALLDATA_NOT_FOUND", blockNumber, transactionHash });
}

function fromCommitStruct(struct: CommitBlockStructOutput): CommitBlock {
  return {
    timestamp: struct.timestamp,
    feeAccountId: Number(struct.feeAccountId),
    slots: Number(struct.slots),
    newStateRoot: struct.newStateRoot,
    digest: struct.digest,
    pubdata: getBytes(struct.pubdata),
    authorizations: [...struct.authorizations],
  };
}
