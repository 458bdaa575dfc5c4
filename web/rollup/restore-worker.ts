/** A thread that restores the state of a rollup from L1, and answers with the path of one leaf. */
import { connectRollup } from "../../src/l1/client.ts";
import { createRestoreSource } from "../../src/restore/source.ts";
import { restoreRollup } from "../../src/restore/restore.ts";
import { connect } from "../../src/sdk/connect.ts";
import { isRollupError } from "../../src/util/errors.ts";
import type { CheckMessage, CheckRequest, LeafPath, PlainError } from "./leaf-check.ts";

/** The used part of a worker's global object. */
interface Scope {
  onmessage: ((event: { readonly data: CheckRequest }) => void) | null;
  postMessage(message: CheckMessage): void;
}

const scope = globalThis as unknown as Scope;
/** L1 blocks between two signs of progress. */
const STEP_BLOCKS = 200;

scope.onmessage = ({ data }) => {
  readPath(data).then(
    (path) => scope.postMessage({ type: "path", path }),
    (error: unknown) => scope.postMessage({ type: "failed", error: toPlain(error) }),
  );
};

async function readPath({ rpc, l1, rollupAddress, accountId }: CheckRequest): Promise<LeafPath> {
  const rollup = await connect(rpc, { rollupAddress, ...(l1 !== undefined && { l1 }) });
  try {
    const client = await connectRollup({ rollupAddress }, await rollup.getL1());
    const source = createRestoreSource(client);
    const { executed } = await restoreRollup(source, {
      l1BlocksPerStep: STEP_BLOCKS,
      onProgress: (progress) => scope.postMessage({ type: "progress", ...progress }),
    });
    const { storedBlock, state } = executed;
    const { leaf, stateSiblings } = state.witness(accountId, 0);
    return {
      accountId,
      storedBlock,
      storedBlockHash: await source.storedBlockHash(storedBlock.blockNumber),
      leaf,
      balances: [...state.balances(accountId)],
      siblings: stateSiblings,
    };
  } finally {
    rollup.close();
  }
}

function toPlain(error: unknown): PlainError {
  if (isRollupError(error)) {
    const { code, sentence, fix } = error;
    return { code, sentence, fix };
  }
  return { sentence: error instanceof Error ? error.message : String(error), fix: "" };
}
