/**
 * The data of committed blocks: the calldata of `commitBlocks`. A validator calls it directly, as a
 * rule; one that hides behind another contract hides nothing from a trace.
 */
import { getAddress, getBytes } from "ethers";
import type {
  CommitBlockStructOutput,
  Rollup,
  StoredBlockStructOutput,
} from "../../types/ethers-contracts/contracts/Rollup.ts";
import { l1Error } from "./errors.ts";
import { eventsOf, providerOf, type RollupEvent, toStoredBlock } from "./events.ts";
import type { CommitBlock, CommittedBlock } from "./types.ts";

/** A call within a transaction, as geth's `callTracer` tells of it. */
interface CallFrame {
  readonly type: string;
  readonly to?: string;
  readonly input: string;
  /** Set if the call was reverted, and all within it. */
  readonly error?: string;
  readonly calls?: readonly CallFrame[];
}

/** Providers of JSON-RPC can ask for more than ethers has a method for. */
interface Sender {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/**
 * A committed block with its data.
 *
 * @throws L1_CALLDATA_NOT_FOUND if the node keeps no old transactions; or, if the block was not
 * committed by a direct call, has no `debug_traceTransaction`.
 */
export async function readCommittedBlock(
  contract: Rollup,
  event: RollupEvent<"BlockCommitted">,
): Promise<CommittedBlock> {
  const storedBlock = toStoredBlock(event);
  const { transactionHash } = event;
  const commitBlock =
    (await findInTransaction(contract, event)) ?? (await findInTrace(contract, event));
  if (commitBlock !== undefined) return { storedBlock, commitBlock, transactionHash };
  const { blockNumber } = storedBlock;
  throw l1Error({ code: "L1_CALLDATA_NOT_FOUND", blockNumber, transactionHash });
}

/** Undefined if the transaction is no call of `commitBlocks`. */
async function findInTransaction(
  contract: Rollup,
  { args, transactionHash }: RollupEvent<"BlockCommitted">,
): Promise<CommitBlock | undefined> {
  const transaction = await providerOf(contract).getTransaction(transactionHash);
  if (transaction === null || transaction.to !== (await contract.getAddress())) return undefined;
  const committed = parseCommit(contract, transaction.data);
  return committed.find(({ blockNumber }) => blockNumber === Number(args.blockNumber))?.block;
}

/** Every block that a transaction has committed has left an event, in the same order. */
async function findInTrace(
  contract: Rollup,
  event: RollupEvent<"BlockCommitted">,
): Promise<CommitBlock | undefined> {
  const provider = providerOf(contract);
  const address = await contract.getAddress();
  const receipt = await provider.getTransactionReceipt(event.transactionHash);
  if (receipt === null || !("send" in provider)) return undefined;
  const frame = await (provider as unknown as Sender)
    .send("debug_traceTransaction", [event.transactionHash, { tracer: "callTracer" }])
    .catch(() => undefined);
  if (frame === undefined) return undefined;
  const committed = callsOf(frame as CallFrame)
    .filter(({ type, to }) => type === "CALL" && to !== undefined && getAddress(to) === address)
    .flatMap(({ input }) => parseCommit(contract, input));
  const events = eventsOf(contract, receipt, address, "BlockCommitted");
  return committed[events.findIndex(({ logIndex }) => logIndex === event.logIndex)]?.block;
}

/** The calls that were not reverted, in their order. */
function callsOf(frame: CallFrame): CallFrame[] {
  if (frame.error !== undefined) return [];
  return [frame, ...(frame.calls ?? []).flatMap(callsOf)];
}

/** The blocks in the calldata of `commitBlocks`; none in that of any other function. */
function parseCommit(
  contract: Rollup,
  data: string,
): { readonly blockNumber: number; readonly block: CommitBlock }[] {
  const call = contract.interface.parseTransaction({ data });
  if (call?.name !== "commitBlocks") return [];
  const [last, blocks] = call.args as unknown as [
    StoredBlockStructOutput,
    CommitBlockStructOutput[],
  ];
  return blocks.map((block, index) => ({
    blockNumber: Number(last.blockNumber) + index + 1,
    block: fromCommitStruct(block),
  }));
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
