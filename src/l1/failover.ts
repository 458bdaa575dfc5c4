/**
 * Several L1 nodes as one provider. Reads go to one node until it fails, lags or is of another
 * chain; transactions go to all. A change of the node is visible, because two nodes are never in
 * the same state, so answers of both must not be combined.
 */
import { isHexString } from "ethers";
import { type Eip1193, EthersProvider, type RpcCall } from "./eip1193.ts";
import { isNodeFault, reasonOf } from "./refusals.ts";
import { withDeadline } from "./requests.ts";
import type { Upstream } from "./upstream.ts";

/** Limits of the choice of a node. */
export interface FailoverLimits {
  /** Deadline of an answer. */
  readonly timeoutMs: number;
  /** Time after which the nodes are compared again, when something is asked. */
  readonly probeEveryMs: number;
  /** Time for which a node that failed is not asked; it doubles with each failure in a row. */
  readonly pauseMs: number;
  readonly pauseMsMax: number;
  /** Blocks that a node may be behind the others. */
  readonly lagMax: number;
  /** Time after which a node that knows fewer blocks than were seen is believed, if no other is. */
  readonly behindMs: number;
}

const DEFAULT_LIMITS: FailoverLimits = {
  timeoutMs: 8_000,
  probeEveryMs: 10_000,
  pauseMs: 5_000,
  pauseMsMax: 300_000,
  lagMax: 3,
  behindMs: 120_000,
};

export interface FailoverOptions extends Partial<FailoverLimits> {
  /** The chain. Default: that of most nodes, or of the first. */
  readonly chainId?: bigint | undefined;
  /** Receives what happens to nodes. It must not throw. */
  readonly onEvent?: (event: FailoverEvent) => void;
  /** Time in ms. */
  readonly now?: () => number;
}

/** Something that happened to a node. */
export type FailoverEvent =
  | {
      /** It is not asked for some time. */
      readonly type: "paused";
      readonly node: string;
      readonly reason: string;
      readonly pauseMs: number;
    }
  | { readonly type: "back"; readonly node: string }
  | {
      /** Reads go to another node. */
      readonly type: "switched";
      readonly from: string;
      readonly to: string;
    };

interface Identity {
  readonly chainId: bigint;
  /** Hash of block 0, 0x-hex. */
  readonly genesisHash: string;
}

interface Node {
  readonly upstream: Upstream;
  /** It is asked only if no other node can be. */
  pausedUntil: number;
  /** Failures since its last good answer. */
  failures: number;
  /** Number of its latest block; undefined if it is not known to be of the right chain. */
  head: number | undefined;
}

/** A node of the right chain. */
type KnownNode = Node & { readonly head: number };

/** What a node has answered when it was compared. */
interface Probe extends Identity {
  readonly node: Node;
  readonly head: number;
}

/** Methods whose effect is one and the same on whichever node it happens. */
const SENT_TO_ALL: readonly string[] = ["eth_sendRawTransaction"];
const SLOW_METHODS: readonly string[] = ["eth_getLogs"];
/** Deadline of those, relative to that of others. */
const SLOW_FACTOR = 2;
/** Methods that need the keys of a node: only the first may have some. */
const KEY_METHODS = /^(eth_(sendTransaction|sign.*|accounts|requestAccounts)|personal_.*)$/;

export class FailoverProvider implements Eip1193 {
  readonly #nodes: readonly Node[];
  readonly #limits: FailoverLimits;
  readonly #options: FailoverOptions;
  readonly #now: () => number;
  #identity: Identity | undefined;
  #active: Node | undefined;
  #generation = 0;
  /** Number of the latest block that a caller has seen. */
  #seenHead = 0;
  /** Since when no node answers that has that block. */
  #behindSince: number | undefined;
  #probedAt = -Infinity;
  #probing: Promise<void> | undefined;

  /** @param upstreams - At least one, the preferred first. */
  constructor(upstreams: readonly Upstream[], options: FailoverOptions = {}) {
    this.#nodes = upstreams.map((upstream) => {
      return { upstream, pausedUntil: 0, failures: 0, head: undefined };
    });
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this.#limits = { ...DEFAULT_LIMITS, ...Object.fromEntries(given) };
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Changes whenever another node answers than before. Answers between which it has changed are of
   * different nodes.
   */
  get generation(): number {
    return this.#generation;
  }

  /** Answers a request. @throws The node's answer, or the last failure if no node answers. */
  async request(call: RpcCall): Promise<unknown> {
    await this.#refresh();
    if (SENT_TO_ALL.includes(call.method)) return this.#sendToAll(call);
    if (KEY_METHODS.test(call.method)) return this.#ask(this.#nodes[0]!, call);
    const tried = new Set<Node>();
    for (;;) {
      const node = this.#chooseReader(tried);
      tried.add(node);
      try {
        const result = await this.#ask(node, call);
        this.#behindSince = undefined;
        if (node === this.#active) this.#noteSeen(call, result);
        return result;
      } catch (error) {
        if (tried.size === this.#nodes.length || !isNodeFault(error)) throw error;
        // The others may have new blocks since they were last compared.
        await this.#probe();
      }
    }
  }

  /** Asks one node, and pauses it if it fails. */
  async #ask(node: Node, call: RpcCall): Promise<unknown> {
    const isSlow = SLOW_METHODS.includes(call.method);
    const timeoutMs = this.#limits.timeoutMs * (isSlow ? SLOW_FACTOR : 1);
    const ending = new AbortController();
    try {
      const request = node.upstream.request({ ...call, signal: ending.signal });
      const result = await withDeadline(request, timeoutMs);
      node.failures = 0;
      return result;
    } catch (error) {
      if (isNodeFault(error)) this.#pause(node, reasonOf(error));
      throw error;
    } finally {
      ending.abort();
    }
  }

  /** Sends to every node. @returns The first success; only if there is none, the best failure. */
  async #sendToAll(call: RpcCall): Promise<unknown> {
    const floor = this.#bestHead() - this.#limits.lagMax;
    const known = this.#nodes.filter(isKnown);
    const usable = known.filter((node) => this.#isAwake(node) && node.head >= floor);
    const answers = (usable.length > 0 ? usable : known).map((node) => this.#ask(node, call));
    if (answers.length === 0) throw this.#noNode();
    try {
      return await Promise.any(answers);
    } catch (failures) {
      const { errors } = failures as AggregateError;
      // If one may have it, the others' refusals say nothing.
      throw errors.find(isNodeFault) ?? errors[0];
    }
  }

  // ------------------------------------------------------------------------- which node answers

  /** Returns a node that reads, of those that were not tried. @throws If there is none. */
  #chooseReader(tried: ReadonlySet<Node>): Node {
    const active = this.#active;
    const known = this.#nodes.filter(isKnown).filter((node) => !tried.has(node));
    const awake = known.filter((node) => this.#isAwake(node));
    const floor = this.#headNeeded(awake);
    const isFit = ({ head }: KnownNode) => head >= floor;
    // A paused node is asked before one that is behind, whose answers would look like a reorg.
    const fit = [
      ...awake.filter(isFit),
      ...known.filter((node) => !awake.includes(node) && isFit(node)),
    ];
    const next = fit.find((node) => node === active && awake.includes(node)) ?? fit[0];
    if (next === undefined) throw this.#noNode();
    if (next === active) return next;
    if (active !== undefined) {
      const [from, to] = [active.upstream.name, next.upstream.name];
      this.#options.onEvent?.({ type: "switched", from, to });
    }
    this.#active = next;
    this.#generation++;
    this.#seenHead = Math.min(this.#seenHead, next.head);
    return next;
  }

  /**
   * A lower head than was seen looks like a reorg of L1, although the node only lags. So none is
   * chosen for some time, unless it is the one that was asked before.
   *
   * @returns Number of the block that the next node must have.
   */
  #headNeeded(awake: readonly KnownNode[]): number {
    const lowest = this.#bestHead() - this.#limits.lagMax;
    const isSame = awake.some((node) => node === this.#active && node.head >= lowest);
    const isThere = awake.some(({ head }) => head >= this.#seenHead);
    if (isSame) return lowest;
    if (isThere) return Math.max(lowest, this.#seenHead);
    this.#behindSince ??= this.#now();
    const isPatient = this.#now() - this.#behindSince < this.#limits.behindMs;
    return isPatient ? this.#seenHead : lowest;
  }

  #isAwake({ pausedUntil }: Node): boolean {
    return pausedUntil <= this.#now();
  }

  #bestHead(): number {
    const awake = this.#nodes.filter(isKnown).filter((node) => this.#isAwake(node));
    return Math.max(0, ...awake.map(({ head }) => head));
  }

  #noNode(): Error {
    const known = this.#nodes.filter(isKnown).length;
    const others = this.#nodes.length - known;
    return new Error(`no L1 node is usable: ${known} failed or lag, ${others} are not known`);
  }

  #pause(node: Node, reason: string, pauseMs = this.#nextPauseMs(node)): void {
    node.failures++;
    node.pausedUntil = this.#now() + pauseMs;
    this.#options.onEvent?.({ type: "paused", node: node.upstream.name, reason, pauseMs });
  }

  #nextPauseMs({ failures }: Node): number {
    const { pauseMs, pauseMsMax } = this.#limits;
    return Math.min(pauseMs * 2 ** failures, pauseMsMax);
  }

  #noteSeen({ method, params }: RpcCall, result: unknown): void {
    const isNumber = method === "eth_blockNumber";
    const isBlock = method === "eth_getBlockByNumber" && params?.[0] !== "pending";
    const number = isBlock ? (result as { number?: unknown } | null)?.number : result;
    if ((!isNumber && !isBlock) || !isHexString(number)) return;
    const isLatest = isNumber || params?.[0] === "latest";
    const height = Number(number);
    // The active node's word counts, also when its chain becomes shorter.
    if (isLatest) this.#active!.head = height;
    this.#seenHead = isLatest ? height : Math.max(this.#seenHead, height);
  }

  // ----------------------------------------------------------------------------- comparing nodes

  /** Compares the nodes from time to time, and waits for that if none can be asked. */
  async #refresh(): Promise<void> {
    const isDue = this.#now() - this.#probedAt >= this.#limits.probeEveryMs;
    const isNoneKnown = !this.#nodes.some(isKnown);
    if (!isDue && !isNoneKnown) return;
    const probing = this.#probe();
    if (isNoneKnown) await probing;
  }

  #probe(): Promise<void> {
    this.#probing ??= this.#probeAll().finally(() => (this.#probing = undefined));
    return this.#probing;
  }

  async #probeAll(): Promise<void> {
    this.#probedAt = this.#now();
    const isNoneKnown = !this.#nodes.some(isKnown);
    const asked = this.#nodes.filter((node) => isNoneKnown || this.#isAwake(node));
    const answered = await Promise.all(asked.map((node) => this.#probeOne(node)));
    const probes = answered.filter((probe) => probe !== undefined);
    this.#identity ??= commonIdentity(probes, this.#options.chainId);
    for (const { node, head, ...identity } of probes) {
      const isWrong = this.#identity === undefined || !isSame(identity, this.#identity);
      if (isWrong) {
        const reason = `it is of another chain (chain id ${identity.chainId})`;
        node.head = undefined;
        this.#pause(node, reason, this.#limits.pauseMsMax);
        continue;
      }
      if (node.pausedUntil > 0) this.#options.onEvent?.({ type: "back", node: node.upstream.name });
      node.pausedUntil = 0;
      node.head = head;
    }
  }

  /** Asks a node what chain it is of, and how much of it it has; undefined if it fails. */
  async #probeOne(node: Node): Promise<Probe | undefined> {
    try {
      const [chainId, genesis, latest] = await Promise.all([
        this.#ask(node, { method: "eth_chainId" }),
        this.#ask(node, { method: "eth_getBlockByNumber", params: ["0x0", false] }),
        this.#ask(node, { method: "eth_getBlockByNumber", params: ["latest", false] }),
      ]);
      return { node, ...toProbe(chainId, genesis as BlockAnswer, latest as BlockAnswer) };
    } catch (error) {
      if (this.#isAwake(node)) this.#pause(node, reasonOf(error));
      return undefined;
    }
  }
}

function isKnown(node: Node): node is KnownNode {
  return node.head !== undefined;
}

type BlockAnswer = { readonly number?: unknown; readonly hash?: unknown } | null;

const HASH_BYTES = 32;

function toProbe(chainId: unknown, genesis: BlockAnswer, latest: BlockAnswer) {
  const { number, hash } = latest ?? {};
  const genesisHash = genesis?.hash;
  const isWhole =
    isHexString(chainId) &&
    isHexString(genesisHash, HASH_BYTES) &&
    isHexString(number) &&
    isHexString(hash, HASH_BYTES) &&
    Number.isSafeInteger(Number(number));
  if (!isWhole) throw new Error("the node's blocks have no number or hash");
  return { chainId: BigInt(chainId), genesisHash, head: Number(number) };
}

/** Returns the chain of most nodes, or of the first; undefined if none is of the expected chain. */
function commonIdentity(
  probes: readonly Probe[],
  expected: bigint | undefined,
): Identity | undefined {
  const fitting = probes.filter(({ chainId }) => expected === undefined || chainId === expected);
  const votes = (one: Identity) => fitting.filter((other) => isSame(one, other)).length;
  const most = Math.max(0, ...fitting.map(votes));
  const first = fitting.find((probe) => votes(probe) === most);
  return first && { chainId: first.chainId, genesisHash: first.genesisHash };
}

function isSame(one: Identity, other: Identity): boolean {
  return one.chainId === other.chainId && one.genesisHash === other.genesisHash;
}

/** A provider of ethers over several nodes. */
export class FailoverEthersProvider extends EthersProvider {
  readonly #failover: FailoverProvider;

  constructor(failover: FailoverProvider, chainId: bigint) {
    super(failover, chainId);
    this.#failover = failover;
  }

  /** See {@link FailoverProvider.generation}. */
  get generation(): number {
    return this.#failover.generation;
  }
}
