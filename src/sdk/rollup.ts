/** One rollup, as a program is connected to it: state, history, events, and wallets. */
import { isHexString, type Provider, type Signer, Wallet } from "ethers";
import { type Abort, assertWanted, onAbort } from "../api/abort.ts";
import type { RpcClient } from "../api/client.ts";
import { RollupAccount } from "./account.ts";
import { type BlockOptions, blockOptions, readBlocks } from "./blocks.ts";
import {
  type AccountEvent,
  type BlockEvent,
  type EventSource,
  type EventSubject,
  isBeyond,
  isFinal,
  type RollupEvent,
  saysTheSame,
  toTransactionEvent,
  type TransactionEvent,
} from "./events.ts";
import { sdkError } from "./errors.ts";
import { readAccount } from "./fee-params.ts";
import { TransactionHandle } from "./handles.ts";
import { hash32, listener as listenerInput, nonZeroAddress, oneOf, readInput } from "./inputs.ts";
import type { RollupIdentity } from "./key-derivation.ts";
import { AbsentSigner, type L1SignerLike, toL1Signer } from "./l1-signers.ts";
import {
  EVENT_NAMES,
  type EventArguments,
  type EventName,
  type Follow,
  type Listener,
  Listeners,
  type Unsubscribe,
} from "./listeners.ts";
import { connectOwner, OwnerWallet } from "./owner.ts";
import type { WalletOptions } from "./params.ts";
import { persistentClient } from "./persistence.ts";
import { assertPinned } from "./pinning.ts";
import { type WaitOptions, waitOptions } from "./provider-params.ts";
import { type BlockInfo, RollupProvider, type SignedTransactionParam } from "./provider.ts";
import { RollupSigner } from "./signer.ts";
import { RollupWallet, withoutConsent } from "./wallet.ts";

/** What a source of events is opened with. */
export interface EventRequest {
  readonly client: RpcClient;
  readonly subject: EventSubject;
  /** Ends the source, also before it is open. */
  readonly signal: Abort;
}

/** What a connection consists of. */
export interface RollupParts {
  readonly client: RpcClient;
  readonly chainId: bigint;
  readonly rollupAddress: string;
  /** Whether the user, not the node, has named the contract. */
  readonly isPinned: boolean;
  /** Opens L1, at its first use. */
  readonly openL1: () => Promise<Provider>;
  /** Opens a source of events. */
  readonly openEvents: (request: EventRequest) => Promise<EventSource>;
  /** Pause before blocks are asked for although no event has come. */
  readonly silenceMs: number;
  /** Releases what is open. */
  readonly onClose: () => void;
}

/**
 * A connection to one rollup through one of its nodes; `connect` makes it. It has everything of
 * `RollupProvider`.
 *
 * @example
 * const rollup = await connect(ethers.provider);
 * (await rollup.getConfig()).rollupAddress === rollup.rollupAddress; // true
 * rollup.close();
 */
export class Rollup extends RollupProvider {
  /** Chain id of L1. */
  readonly chainId: bigint;
  /** Address of the contract on L1, with its checksum. */
  readonly rollupAddress: string;
  readonly #parts: RollupParts;
  readonly #closing = new AbortController();
  readonly #listeners = new Listeners();

  /** @param parts - Use `connect`, which makes them. */
  constructor(parts: RollupParts) {
    super(parts.client);
    this.#parts = parts;
    this.chainId = parts.chainId;
    this.rollupAddress = parts.rollupAddress;
  }

  /**
   * Returns the L1 that the rollup is on, as this program reaches it.
   *
   * @returns A provider of ethers.
   * @throws L1_CHAIN_MISMATCH, CONNECTION_FAILED, CONNECTION_TIMEOUT
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const l1 = await rollup.getL1();
   * await l1.getBalance(alice.address) > 0n; // true
   */
  getL1(): Promise<Provider> {
    return this.#parts.openL1();
  }

  /** Whether `connect` got the address of the contract. */
  override get isPinned(): boolean {
    return this.#parts.isPinned;
  }

  /** What the node must go on to serve. */
  override get pinned(): RollupIdentity {
    const { chainId, rollupAddress } = this;
    return { chainId, rollupAddress };
  }

  /** Is aborted by {@link Rollup.close}. */
  override get closing(): Abort {
    return this.#closing.signal;
  }

  // ---------------------------------------------------------------------------------- accounts

  /**
   * Makes the wallet of an owner. The owner signs one text, from which the L2 key is derived,
   * unless `options` have a key.
   *
   * @param signer - A signer of ethers, an account or wallet client of viem, or a provider of
   * EIP-1193 such as `window.ethereum`. One that is not connected to L1 uses that of the rollup.
   * @param options - Key, contract wallet, and checks of the derived key.
   * @returns The wallet; its account exists after the first deposit or transfer to it.
   * @throws ROLLUP_NOT_PINNED on a chain that is not local, and as `RollupWallet.create`
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const [, , , signer] = await ethers.getSigners();
   * const wallet = await rollup.wallet(signer);
   * await wallet.deposit({ token: "ETH", amount: 1000n });
   * await wallet.setSigningKey();
   * await wallet.transfer({ to: bob.address, token: "ETH", amount: 300n });
   * await wallet.getBalance("ETH"); // 700n
   */
  async wallet(signer: L1SignerLike, options: WalletOptions = {}): Promise<RollupWallet> {
    const l1Signer = await this.#toL1Signer(signer, options.rollupAddress);
    const rollupAddress = options.rollupAddress ?? this.rollupAddress;
    return RollupWallet.create(l1Signer, this, { ...options, rollupAddress });
  }

  /**
   * Makes the wallet of an L1 key.
   *
   * @param privateKey - 32 bytes, 0x-hex.
   * @param options - As of {@link Rollup.wallet}.
   * @returns The wallet.
   * @throws OPTION_INVALID, which does not contain the key, and as {@link Rollup.wallet}
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const wallet = await rollup.fromPrivateKey(`0x${"11".repeat(32)}`);
   * wallet.address; // "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
   */
  async fromPrivateKey(privateKey: string, options: WalletOptions = {}): Promise<RollupWallet> {
    const expected = "32 bytes of 0x-hex, a key of secp256k1";
    const invalid = () =>
      sdkError({ code: "OPTION_INVALID", option: "privateKey", value: "a secret", expected });
    if (!isHexString(privateKey, 32)) throw invalid();
    let wallet: Wallet;
    try {
      wallet = new Wallet(privateKey);
    } catch {
      throw invalid();
    }
    return this.wallet(wallet, options);
  }

  /**
   * Makes the wallet of an L2 key that is no signature of its owner: from a backup, or for an owner
   * whose signatures are no secret, such as a contract.
   *
   * @param seed - 32 secret bytes.
   * @param owner - The owner's signer; or only its L1 address, and then everything on L1 is refused
   * with L1_SIGNER_UNABLE.
   * @param options - As of {@link Rollup.wallet}, without `signer`.
   * @returns The wallet.
   * @throws SIGNING_SEED_LENGTH, ADDRESS_INVALID, and as {@link Rollup.wallet}
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const seed = new Uint8Array(32).fill(7);
   * const wallet = await rollup.fromSeed(seed, bob.address);
   * await wallet.isSigningKeySet(); // false
   * await wallet.deposit({ token: "ETH", amount: 5n }); // throws L1_SIGNER_UNABLE
   */
  async fromSeed(
    seed: Uint8Array,
    owner: L1SignerLike | string,
    options: Omit<WalletOptions, "signer"> = {},
  ): Promise<RollupWallet> {
    const signer = RollupSigner.fromSeed(seed);
    const l1Signer =
      typeof owner === "string"
        ? new AbsentSigner(readInput(nonZeroAddress, owner, "owner"), await this.getL1())
        : owner;
    return this.wallet(l1Signer, { ...options, signer });
  }

  /**
   * Makes an owner without an L2 key: it deposits, and asks for exits, on L1.
   *
   * @param signer - As of {@link Rollup.wallet}.
   * @returns The owner.
   * @throws ROLLUP_NOT_PINNED on a chain that is not local, and as `RollupWallet.create`
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const owner = await rollup.owner(alice.l1Signer);
   * await owner.getPendingBalance("ETH"); // 0n
   */
  async owner(signer: L1SignerLike): Promise<OwnerWallet> {
    const l1Signer = await this.#toL1Signer(signer);
    const owner = await connectOwner(l1Signer, this, this.rollupAddress);
    return new OwnerWallet(owner.l1Address, this, owner);
  }

  /**
   * Looks at the account of an owner, without any key.
   *
   * @param address - L1 address of the owner; its account need not exist yet.
   * @returns The account.
   * @throws ADDRESS_INVALID
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * await rollup.watchOnly(bob.address).getBalance("ETH"); // 10_000_000_000_000_000_000n
   */
  watchOnly(address: string): RollupAccount {
    return new RollupAccount(readInput(nonZeroAddress, address, "address"), this);
  }

  /**
   * Sends a transaction that was signed before, perhaps on another machine.
   *
   * @param signed - From a method `sign…` of a wallet, or {@link decodeTransaction}.
   * @returns A handle on the accepted transaction. The same transaction again gets the same.
   * @throws The code of the rule that it breaks, or RPC_PARAMS_INVALID.
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const signed = await alice.signTransfer({ to: bob.address, token: "ETH", amount: 5n });
   * const { hash } = await rollup.submit(signed);
   * (await rollup.submit(signed)).hash === hash; // true
   */
  async submit(signed: SignedTransactionParam): Promise<TransactionHandle> {
    const receipt = await this.submitTransaction(signed);
    const { rollupAddress } = this;
    const transaction = withoutConsent(signed);
    return new TransactionHandle(this, receipt, { transaction, rollupAddress });
  }

  /** @throws ROLLUP_NOT_PINNED */
  async #toL1Signer(signer: L1SignerLike, pinned?: string): Promise<Signer> {
    assertPinned(this, this.pinned, pinned);
    return toL1Signer(signer, this.chainId, () => this.getL1());
  }

  // -------------------------------------------------------------------------------- what happens

  /**
   * Follows blocks: yields each once, in the order of their numbers, and waits for the next one.
   * None is left out, whatever happens to the connection meanwhile. A block that is only sealed may
   * be rebuilt before L1 has it; pass a later `status` for what stays.
   *
   * @param options - `from`, the first block; the `status` that they have reached; `signal`.
   * @returns An iterator without an end, for `for await`; it ends when the connection is closed.
   * @throws BLOCK_NOT_KEPT, OPTION_INVALID, OPTION_UNKNOWN, ABORTED
   *
   * @example
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * await provider.processBlocks();
   * const rollup = await connect(ethers.provider);
   * for await (const { blockNumber, operations } of rollup.blocks({ from: 1 })) {
   *   if (!operations.includes("transfer")) continue;
   *   expect(blockNumber).to.be.above(1);
   *   break;
   * }
   */
  async *blocks(options: BlockOptions = {}): AsyncGenerator<BlockInfo, void, undefined> {
    const { signal, ...which } = readInput(blockOptions, options, "options");
    const { silenceMs } = this.#parts;
    yield* this.#until(signal, (until) => {
      const provider = this.#persistent(until);
      const open = () => this.#openEvents({ subscribe: "blocks" }, until);
      return readBlocks({ provider, open, silenceMs, signal: until }, which);
    });
  }

  /**
   * Follows a transaction: yields its present receipt and each change, until it is executed or
   * rejected.
   *
   * @param hash - 32 bytes of 0x-hex.
   * @param options - `signal` ends it.
   * @returns An iterator, for `for await`.
   * @throws OPTION_INVALID, OPTION_UNKNOWN, ABORTED
   *
   * @example
   * const { hash } = await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * const rollup = await connect(ethers.provider, { pollMs: 10 });
   * const statuses = [];
   * for await (const { status } of rollup.followTransaction(hash)) {
   *   statuses.push(status);
   *   if (status === "accepted") await provider.processBlocks();
   * }
   * statuses; // ["accepted", "executed"]
   */
  async *followTransaction(
    hash: string,
    options: WaitOptions = {},
  ): AsyncGenerator<TransactionEvent, void, undefined> {
    const { signal } = readInput(waitOptions, options, "options");
    const asked = readInput(hash32, hash, "hash");
    yield* this.#until(signal, (until) => this.#followTransaction(asked, until));
  }

  async *#followTransaction(
    hash: string,
    signal: Abort,
  ): AsyncGenerator<TransactionEvent, void, undefined> {
    const node = this.#persistent(signal);
    const read = async () => {
      const receipt = await node.getReceipt(hash);
      return receipt === null ? undefined : toTransactionEvent(receipt);
    };
    let before: TransactionEvent | undefined;
    for await (const heard of this.#hearOf(hash, read, signal)) {
      if (saysTheSame(heard, before)) continue;
      const event = isBeyond(heard, before) ? heard : await read();
      if (event === undefined || saysTheSame(event, before)) continue;
      before = event;
      yield event;
      if (isFinal(event)) return;
    }
  }

  /** What its receipt says of a transaction until a subscription stands, and then its events. */
  async *#hearOf(
    hash: string,
    read: () => Promise<TransactionEvent | undefined>,
    signal: Abort,
  ): AsyncGenerator<TransactionEvent, void, undefined> {
    let stand = () => {};
    const standing = new Promise<void>((resolve) => (stand = resolve));
    const events = this.#follow({ subscribe: "transaction", hash }, signal, stand);
    const first = events.next();
    first.catch(() => undefined);
    try {
      const now = await read();
      if (now !== undefined) yield now;
      await Promise.race([standing, first]);
      const meanwhile = await read();
      if (meanwhile !== undefined) yield meanwhile;
      for (let step = await first; step.done !== true; step = await events.next()) {
        const event = step.value;
        if (event.event === "transaction" && event.hash === hash) yield event;
      }
    } finally {
      void events.return().catch(() => undefined);
    }
  }

  /**
   * Follows blocks from now on by their statuses: yields each that a block reaches. `blocks` yields
   * the blocks themselves.
   *
   * @param options - `signal` ends it.
   * @returns An iterator without an end, for `for await`; it ends when the connection is closed.
   * @throws OPTION_INVALID, OPTION_UNKNOWN, ABORTED, RPC_CURSOR_GONE
   *
   * @example
   * const rollup = await connect(ethers.provider, { pollMs: 10 });
   * const events = rollup.followBlocks();
   * const first = events.next();
   * await new Promise((resolve) => setTimeout(resolve, 200));
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * await provider.processBlocks();
   * (await first).value.status; // "sealed"
   * rollup.close();
   */
  async *followBlocks(options: WaitOptions = {}): AsyncGenerator<BlockEvent, void, undefined> {
    for await (const event of this.#followSubject({ subscribe: "blocks" }, options)) {
      if (event.event === "block") yield event;
    }
  }

  /**
   * Follows an account from now on: its transactions, those to it, and its requests on L1, at each
   * change of their status.
   *
   * @param account - Id, or address of the L1 owner, also of an account that does not exist yet.
   * @param options - `signal` ends it.
   * @returns An iterator without an end, for `for await`; it ends when the connection is closed.
   * @throws ADDRESS_INVALID, OPTION_INVALID, OPTION_UNKNOWN, ABORTED, RPC_CURSOR_GONE
   *
   * @example
   * const rollup = await connect(ethers.provider, { pollMs: 10 });
   * const events = rollup.followAccount(bob.address);
   * const first = events.next();
   * await new Promise((resolve) => setTimeout(resolve, 200));
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * (await first).value.type; // "transfer"
   * rollup.close();
   */
  async *followAccount(
    account: number | string,
    options: WaitOptions = {},
  ): AsyncGenerator<AccountEvent, void, undefined> {
    const subject = { subscribe: "account", account: readAccount(account) } as const;
    for await (const event of this.#followSubject(subject, options)) {
      if (event.event !== "block") yield event;
    }
  }

  #followSubject(
    subject: EventSubject,
    options: WaitOptions,
  ): AsyncGenerator<RollupEvent, void, undefined> {
    const { signal } = readInput(waitOptions, options, "options");
    return this.#until(signal, (until) => this.#follow(subject, until));
  }

  /**
   * Calls a listener with each event, one after the other; an async one is waited for. Lost
   * connections are opened again without a gap. What a listener throws, and a subscription that
   * cannot go on, is told to the listeners of "error", or else to the console.
   *
   * @param name - "block", "transaction", "account" or "error".
   * @param args - The hash of the transaction, or the account; and the listener.
   * @returns Ends the subscription. The promise resolves when the node has taken it; it never
   * rejects.
   * @throws OPTION_INVALID, ADDRESS_INVALID
   *
   * @example
   * const rollup = await connect(ethers.provider, { pollMs: 10 });
   * const seen = [];
   * await rollup.on("block", ({ blockNumber, status }) => seen.push(status));
   * await alice.transfer({ to: bob.address, token: "ETH", amount: 5n });
   * await provider.processBlocks();
   * await new Promise((resolve) => setTimeout(resolve, 300));
   * seen; // ["sealed", "committed", "proven", "executed"]
   * rollup.close();
   */
  async on<N extends EventName>(name: N, ...args: EventArguments[N]): Promise<Unsubscribe> {
    const known: EventName = readInput(oneOf(EVENT_NAMES), name, "name");
    const listener = readInput(listenerInput, args.at(-1), "listener") as Listener<never>;
    if (known === "error") return this.#listeners.add(known, listener);
    return this.#listeners.follow(known, listener, this.#eventsOf(known, args[0]));
  }

  /**
   * Listens no more.
   *
   * @param name - As of {@link Rollup.on}.
   * @param listener - The listener; default: all of that name.
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * const listener = () => {};
   * await rollup.on("block", listener);
   * rollup.off("block", listener); // undefined
   */
  off(name: EventName, listener?: Listener<never>): void {
    this.#listeners.remove(name, listener);
  }

  /**
   * Ends all subscriptions and waits, and closes what is open. A program that has nothing else to
   * do ends.
   *
   * @example
   * const rollup = await connect(ethers.provider);
   * rollup.close();
   * (await rollup.blocks().next()).done; // true
   */
  close(): void {
    this.#closing.abort();
    for (const name of EVENT_NAMES) this.#listeners.remove(name);
    this.#parts.onClose();
  }

  // ----------------------------------------------------------------------------- subscriptions

  #eventsOf(name: EventName, subject: unknown): Follow {
    if (name === "transaction") {
      const hash = readInput(hash32, subject, "hash");
      return (signal, begun) =>
        this.#until(signal, (until) => {
          begun();
          return this.#followTransaction(hash, until);
        });
    }
    const followed: EventSubject =
      name === "block"
        ? { subscribe: "blocks" }
        : { subscribe: "account", account: readAccount(subject as number | string) };
    return (signal, begun) => this.#until(signal, (until) => this.#follow(followed, until, begun));
  }

  /** Runs an iteration until it is not wanted; it ends quietly if the connection is closed. */
  async *#until<T>(
    signal: Abort | undefined,
    iterate: (until: Abort) => AsyncGenerator<T, void, undefined>,
  ): AsyncGenerator<T, void, undefined> {
    assertWanted(signal);
    if (this.#isClosed()) return;
    const ending = new AbortController();
    const stops = [
      onAbort(signal, () => ending.abort(signal?.reason)),
      onAbort(this.#closing.signal, () => ending.abort()),
    ];
    try {
      yield* iterate(ending.signal);
    } catch (error) {
      if (!this.#isClosed()) throw error;
    } finally {
      for (const stop of stops) stop();
      ending.abort();
    }
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async *#follow(
    subject: EventSubject,
    signal: Abort,
    begun = () => {},
  ): AsyncGenerator<RollupEvent, void, undefined> {
    const source = await this.#openEvents(subject, signal);
    try {
      begun();
      for (;;) {
        const event = await source.next();
        assertWanted(signal);
        yield event;
      }
    } finally {
      source.close();
    }
  }

  #openEvents(subject: EventSubject, signal: Abort): Promise<EventSource> {
    return this.#parts.openEvents({ client: this.#parts.client, subject, signal });
  }

  /** The node for what waits for it as long as it takes. */
  #persistent(signal: Abort): RollupProvider {
    return new RollupProvider(persistentClient(this.#parts.client, signal));
  }
}
