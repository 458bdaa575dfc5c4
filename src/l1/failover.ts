/**
 * Several L1 nodes as one provider. Reads go to one node until it fails, lags or is of another
 * chain; transactions go to all. A change of the node is visible, because two nodes are never in
 * the same state, so answers of both must not be combined.
 */
import { isHexString, toQuantity } from "ethers";
import { withDeadline } from "../util/deadline.ts";
import { withDefaults } from "../util/defaults.ts";
import { type Eip1193, EthersProvider, type RpcCall } from "./eip1193.ts";
import { isNodeFault, reasonOf } from "./refusals.ts";
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
  /** Blocks that a node may be ahead of the others before its word about heights is doubted. */
  readonly aheadMax: number;
  /** Time after which a node that knows fewer blocks than were seen is believed, if no other is. */
  readonly behindMs: number;
}

const DEFAULT_LIMITS: FailoverLimits = {
  timeoutMs: 8_000,
  probeEveryMs: 10_000,
  pauseMs: 5_000,
  pauseMsMax: 300_000,
  lagMax: 3,
  aheadMax: 1_000,
  behindMs: 120_000,
};

export interface FailoverOptions extends Partial<FailoverLimits> {
  /** The chain. Default: that of most nodes, or of the first. */
  readonly chainId?: bigint | undefined;
  /** Hash of its block 0, 0x-hex, if it is known. Default: that of most nodes, or of the first. */
  readonly genesisHash?: string | undefined;
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
      /** Nothing is read from it until it agrees with the others; it still gets transactions. */
      readonly type: "doubted";
      readonly node: string;
      readonly reason: string;
    }
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
  /** Until then it is asked only if no other node can be; 0 if it is not paused. */
  pausedUntil: number;
  /** Failures since its last good answer. */
  failures: number;
  /** Number of its latest block; undefined if it is not known to be of the right chain. */
  head: number | undefined;
  /** What it had when it was last compared, and its word was not doubted. */
  proven: { readonly head: number; readonly at: number } | undefined;
  /** Whether it claims a height that the others do not have, so that nothing is read from it. */
  isDoubted: boolean;
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
/** No chain has blocks faster than this, in ms. */
const BLOCK_MS_MIN = 100;
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
      const unknown = { head: undefined, proven: undefined, isDoubted: false };
      return { upstream, pausedUntil: 0, failures: 0, ...unknown };
    });
    this.#limits = withDefaults(DEFAULT_LIMITS, options);
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
        if (!(await this.#isBelievable(node, call, result))) continue;
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

  /**
   * Sends to every node of the chain: one that lags passes a transaction on all the same, and what
   * a node says about heights must not keep transactions from the others.
   *
   * @returns The first success; only if there is none, the best failure.
   */
  async #sendToAll(call: RpcCall): Promise<unknown> {
    const known = this.#nodes.filter(isKnown);
    const usable = known.filter((node) => this.#isAwake(node));
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
    const known = this.#readable().filter((node) => !tried.has(node));
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

  /** Nodes of the chain whose word about heights is not doubted; all, if there is no other. */
  #readable(): KnownNode[] {
    const known = this.#nodes.filter(isKnown);
    const undoubted = known.filter(({ isDoubted }) => !isDoubted);
    return undoubted.length > 0 ? undoubted : known;
  }

  /** A pause ends when the node has been compared with the others again. */
  #isAwake({ pausedUntil }: Node): boolean {
    return pausedUntil === 0;
  }

  #mayBeAsked({ pausedUntil }: Node): boolean {
    return pausedUntil <= this.#now();
  }

  #bestHead(): number {
    const awake = this.#readable().filter((node) => this.#isAwake(node));
    return Math.max(0, ...awake.map(({ head }) => head));
  }

  #noNode(): Error {
    const known = this.#nodes.filter(isKnown).length;
    const others = this.#nodes.length - known;
    return new Error(`no L1 node is usable: ${known} failed or lag, ${others} are not known`);
  }

  #pause(node: Node, reason: string, pauseMs = this.#nextPauseMs(node)): void {
    const isPaused = node.pausedUntil > this.#now();
    node.failures++;
    node.pausedUntil = this.#now() + pauseMs;
    // Where no other node answers, a paused one is asked all the same, and fails again.
    if (isPaused) return;
    this.#options.onEvent?.({ type: "paused", node: node.upstream.name, reason, pauseMs });
  }

  #nextPauseMs({ failures }: Node): number {
    const { pauseMs, pauseMsMax } = this.#limits;
    return Math.min(pauseMs * 2 ** failures, pauseMsMax);
  }

  #noteSeen(call: RpcCall, result: unknown): void {
    const height = heightIn(call, result);
    if (height === undefined) return;
    // The active node's word counts, also when its chain becomes shorter.
    if (isForLatest(call)) this.#active!.head = height;
    this.#seenHead = isForLatest(call) ? height : Math.max(this.#seenHead, height);
  }

  // ----------------------------------------------------------------------------- comparing nodes

  /** Compares the nodes from time to time, and waits for that if none can be asked. */
  async #refresh(): Promise<void> {
    const isBack = this.#nodes.some((node) => !this.#isAwake(node) && this.#mayBeAsked(node));
    const isDue = isBack || this.#now() - this.#probedAt >= this.#limits.probeEveryMs;
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
    const asked = this.#nodes.filter((node) => isNoneKnown || this.#mayBeAsked(node));
    const answered = await Promise.all(asked.map((node) => this.#probeOne(node)));
    const probes = answered.filter((probe) => probe !== undefined);
    this.#identity ??= commonIdentity(probes, this.#options);
    for (const { node, ...identity } of probes) {
      const isWrong = this.#identity === undefined || !isSame(identity, this.#identity);
      if (isWrong) {
        const { chainId, genesisHash } = identity;
        const reason = `it is of another chain (chain id ${chainId}, genesis ${genesisHash})`;
        node.head = undefined;
        this.#pause(node, reason, this.#limits.pauseMsMax);
        continue;
      }
      if (node.pausedUntil > 0) this.#options.onEvent?.({ type: "back", node: node.upstream.name });
      node.pausedUntil = 0;
    }
    const right = probes.filter(({ node, ...identity }) => {
      return (
        this.#identity !== undefined && isSame(identity, this.#identity) && this.#isAwake(node)
      );
    });
    for (const probe of right) this.#judge(probe, right);
    // What was seen of a node that is doubted is no height that the others must have.
    if (this.#active?.isDoubted === true) {
      this.#seenHead = Math.min(this.#seenHead, this.#bestHead());
    }
  }

  /**
   * Doubts a node that is far ahead of most nodes, or has got there faster than any chain grows
   * while no other has.
   */
  #judge({ node, head }: Probe, probes: readonly Probe[]): void {
    const others = probes.filter((probe) => probe.node !== node);
    const behind = others.filter((other) => head - other.head > this.#limits.aheadMax);
    const isAlone = others.length > 0 && behind.length === others.length;
    const isMinority = behind.length > probes.length / 2;
    const isDoubted = isMinority || (isAlone && head > this.#highestPossible([node]));
    if (isDoubted && !node.isDoubted) {
      const reason = `it claims the block ${head}, and ${behind.length} others are far behind`;
      this.#options.onEvent?.({ type: "doubted", node: node.upstream.name, reason });
    }
    node.isDoubted = isDoubted;
    node.head = head;
    if (!isDoubted) node.proven = { head, at: this.#now() };
  }

  /** The highest block that any of some nodes may have by now, by what it was known to have. */
  #highestPossible(nodes: readonly Node[]): number {
    const heights = nodes.flatMap(({ proven }) => {
      if (proven === undefined) return [];
      return [proven.head + this.#limits.aheadMax + (this.#now() - proven.at) / BLOCK_MS_MIN];
    });
    return heights.length === 0 ? Infinity : Math.max(...heights);
  }

  /**
   * Compares the nodes before an answer counts that is far ahead of all that is known.
   *
   * @returns Whether the answer may be passed on.
   */
  async #isBelievable(node: Node, call: RpcCall, result: unknown): Promise<boolean> {
    const height = heightIn(call, result);
    if (height === undefined || height <= this.#highestPossible(this.#readable())) return true;
    // One that is under way may have begun before.
    await this.#probing;
    await this.#probe();
    return this.#isAwake(node) && !node.isDoubted;
  }

  /** Asks a node what chain it is of, and how much of it it has; undefined if it fails. */
  async #probeOne(node: Node): Promise<Probe | undefined> {
    try {
      const [chainId, genesis, latest] = await Promise.all([
        this.#ask(node, { method: "eth_chainId" }),
        this.#ask(node, { method: "eth_getBlockByNumber", params: ["0x0", false] }),
        this.#ask(node, { method: "eth_getBlockByNumber", params: ["latest", false] }),
      ]);
      const probe = toProbe(chainId, genesis as BlockAnswer, latest as BlockAnswer);
      return { node, ...probe, head: await this.#shownHead(node, probe.head) };
    } catch (error) {
      if (this.#mayBeAsked(node)) this.#pause(node, reasonOf(error));
      return undefined;
    }
  }

  /**
   * Returns the height up to which a node can show its blocks. One of a group of replicas may lack
   * the last ones that another has.
   *
   * @throws If it cannot show what it claims.
   */
  async #shownHead(node: Node, claimed: number): Promise<number> {
    for (const height of [claimed, Math.max(0, claimed - this.#limits.lagMax)]) {
      const params = [toQuantity(height), false];
      const answer = await this.#ask(node, { method: "eth_getBlockByNumber", params });
      const { number } = (answer as BlockAnswer) ?? {};
      if (isHexString(number) && Number(number) === height) return height;
    }
    throw new Error(`the node claims the block ${claimed} and cannot show it`);
  }
}

/** Returns the height of the block that an answer names; undefined if it names none. */
function heightIn({ method, params = [] }: RpcCall, result: unknown): number | undefined {
  const isBlock = method === "eth_getBlockByNumber" && params[0] !== "pending";
  if (!isBlock && method !== "eth_blockNumber") return undefined;
  const number = isBlock ? (result as BlockAnswer)?.number : result;
  return isHexString(number) ? Number(number) : undefined;
}

function isForLatest({ method, params }: RpcCall): boolean {
  return method === "eth_blockNumber" || params?.[0] === "latest";
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
  expected: Pick<FailoverOptions, "chainId" | "genesisHash">,
): Identity | undefined {
  const fitting = probes.filter((probe) => {
    const { chainId = probe.chainId, genesisHash = probe.genesisHash } = expected;
    return isSame(probe, { chainId, genesisHash });
  });
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
