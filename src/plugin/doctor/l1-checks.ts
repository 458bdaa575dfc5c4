/** Checks of L1: each node, and the rollup's contract. */
import type { NetworkConnection } from "hardhat/types/network";
import type { HardhatConfig } from "hardhat/types/config";
import type { RollupClient } from "../../l1/client.ts";
import { createHttpUpstream, type Upstream } from "../../l1/upstream.ts";
import { assertDeployment } from "../../operator/deployment.ts";
import type { Preset } from "../../protocol/presets.ts";
import { withDeadline } from "../../util/deadline.ts";
import { failed, type Finding, passed, warned } from "./checks.ts";

const REQUEST_MS_MAX = 10_000;
/** Blocks below which a limit of log ranges makes a restore slow. */
const LOG_BLOCKS_LOW = 1_000;

/** The nodes of the network and of `rollup.node.l1.urls`, in the order in which they are asked. */
export async function listNodes(
  { rollup }: HardhatConfig,
  { provider }: NetworkConnection,
): Promise<Upstream[]> {
  const { urls } = rollup.node.l1;
  const first: Upstream = {
    name: "the network's node",
    request: ({ method, params = [] }) => provider.request({ method, params: [...params] }),
  };
  const others = urls.map(async (url, index) =>
    createHttpUpstream(await url.getUrl(), `rollup.node.l1.urls[${index}]`),
  );
  return [first, ...(await Promise.all(others))];
}

/** What all nodes of one L1 have in common. */
interface Chain {
  readonly chainId: string;
  readonly genesisHash: string | undefined;
}

export async function readChain(node: Upstream): Promise<Chain> {
  const chainId = (await ask(node, "eth_chainId")) as string;
  const genesis = (await ask(node, "eth_getBlockByNumber", "0x0", false)) as {
    readonly hash?: string;
  } | null;
  return { chainId, genesisHash: genesis?.hash };
}

/** @param expected - Of the first node. */
export async function checkNode(node: Upstream, expected: Chain): Promise<Finding> {
  const { chainId, genesisHash } = await readChain(node);
  const fix = `Give ${node.name} the URL of a node of the same chain as the others.`;
  if (BigInt(chainId) !== BigInt(expected.chainId)) {
    return failed(`Its chain id is ${BigInt(chainId)}, not ${BigInt(expected.chainId)}.`, fix);
  }
  if (genesisHash !== expected.genesisHash) {
    return failed(`Its block 0 is ${genesisHash}, not ${expected.genesisHash}.`, fix);
  }
  const syncing = await ask(node, "eth_syncing");
  const latest = BigInt((await ask(node, "eth_blockNumber")) as string);
  if (syncing !== false) {
    return warned(`It is synchronizing, at block ${latest}.`, "Wait until it has all blocks.");
  }
  return passed(`Chain ${BigInt(chainId)}, block ${latest}`);
}

/** Finds out how many blocks one question for logs may cover. */
export async function checkLogs(
  node: Upstream,
  { rollupAddress: address, deploymentBlock }: RollupClient,
): Promise<Finding> {
  const latest = Number(await ask(node, "eth_blockNumber"));
  for (let blocks = Math.max(1, latest - deploymentBlock + 1); ; blocks = Math.floor(blocks / 2)) {
    const fromBlock = `0x${(latest - blocks + 1).toString(16)}`;
    try {
      await ask(node, "eth_getLogs", { address, fromBlock, toBlock: `0x${latest.toString(16)}` });
      if (latest - blocks < deploymentBlock) return passed("Logs since the deployment at once");
      if (blocks >= LOG_BLOCKS_LOW) return passed(`Logs of about ${blocks} blocks at once`);
      const fix = "Use a node with larger ranges: a restore asks for each range.";
      return warned(`It answers logs of no more than about ${blocks} blocks.`, fix);
    } catch (error) {
      if (blocks > 1) continue;
      const reason = (error as Error).message;
      return failed(`It answers no logs: ${reason}.`, "Use a node that answers eth_getLogs.");
    }
  }
}

/** Whether contract, config and this version of the package belong together. */
export async function checkContract(client: RollupClient, preset: Preset): Promise<Finding> {
  const { contract, rollupAddress } = client;
  assertDeployment(preset, await client.readDeployment());
  if (await contract.exodusMode()) {
    const fix = "Users leave with rollup:exit; nothing else can be done.";
    return failed(`The rollup ${rollupAddress} is in exodus mode, for good.`, fix);
  }
  return passed(`${rollupAddress} has the protocol and the sizes of this version`);
}

/** Whether the operator's account may commit. */
export async function checkValidator(client: RollupClient, account: string): Promise<Finding> {
  if (await client.contract.isValidator(account)) return passed(`${account} is a validator`);
  const fix = "Let the governor call setValidator, or give the operator the key of a validator.";
  return failed(`The account ${account} is no validator of the rollup.`, fix);
}

function ask(node: Upstream, method: string, ...params: unknown[]): Promise<unknown> {
  const late = () => new Error(`no answer to ${method} in ${REQUEST_MS_MAX / 1000} s`);
  return withDeadline(node.request({ method, params }), REQUEST_MS_MAX, late);
}
