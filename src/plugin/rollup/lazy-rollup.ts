/** `connection.rollup` of every connection, which loads nothing before its first use. */
import type { HookContext } from "hardhat/types/hooks";
import type { NetworkConnection } from "hardhat/types/network";
import type { Ledger } from "../../operator/ledger/ledger.ts";
import type { Operator } from "../../operator/operator.ts";
import type { BlockRecord } from "../../operator/ledger/blocks.ts";
import type { RollupProvider } from "../../sdk/provider.ts";
import type { RollupWallet } from "../../sdk/wallet.ts";
import type { Token } from "../../l1/types.ts";
import type { AccountedExit } from "../../exit/request.ts";
import { sdkError } from "../../sdk/errors.ts";
import type { TokenReference } from "../../sdk/fee-params.ts";
import { pluginError } from "../errors.ts";
import { registerMatchers } from "../matchers.ts";
import type { ExitOptions } from "./exodus.ts";
import { keepAlive } from "./keep-alive.ts";
import type { LoadOptions, SavedRollup } from "./load-session.ts";
import { noteOpenConnection } from "./open-connections.ts";
import type { Session } from "./session.ts";
import type { ConnectionRollup, DeployOptions, ResumeOptions, RollupContracts } from "./types.ts";

/** The rollup at a snapshot of L1. */
interface Snapshot {
  readonly session: Session | undefined;
  readonly checkpoint: Ledger | undefined;
}

export class LazyRollup implements ConnectionRollup {
  readonly #context: HookContext;
  readonly #connection: NetworkConnection;
  /** The current session. */
  #session: Session | undefined;
  /** All sessions of this connection: a snapshot may restore one. */
  readonly #sessions = new Set<Session>();
  /** Saved rollups by the id of the snapshot of L1. */
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(context: HookContext, connection: NetworkConnection) {
    this.#context = context;
    this.#connection = connection;
  }

  async deploy(options: DeployOptions = {}): Promise<this> {
    const { deploySession } = await import("./session.ts");
    return this.#adopt(await deploySession(this.#environment, options));
  }

  async resume(options: ResumeOptions = {}): Promise<this> {
    const { resumeSession } = await import("./resume-session.ts");
    return this.#adopt(await resumeSession(this.#environment, options));
  }

  async attach(): Promise<this> {
    if (this.#connection.networkConfig.type !== "http") throw this.#notDeployed();
    const { attachSession } = await import("./session.ts");
    return this.#adopt(await attachSession(this.#environment));
  }

  async getWallets(options: object = {}): Promise<RollupWallet[]> {
    const { noOptions, readInput } = await import("../../sdk/inputs.ts");
    readInput(noOptions, options);
    if (this.#session === undefined) await this.attach();
    const { RollupWallet } = await import("../../sdk/wallet.ts");
    const signers = await this.#connection.ethers.getSigners();
    return Promise.all(signers.map((signer) => RollupWallet.create(signer, this.provider)));
  }

  async listToken(address: string): Promise<Token> {
    const { nonZeroAddress, readInput } = await import("../../sdk/inputs.ts");
    return this.#current.l1.listToken(readInput(nonZeroAddress, address, "address"));
  }

  processBlocks(): Promise<readonly BlockRecord[]> {
    return this.operator.processBlocks();
  }

  async killOperator(): Promise<void> {
    await this.operator.close();
  }

  async expireRequests(): Promise<void> {
    const { expireRequests } = await import("./exodus.ts");
    await expireRequests(this.#current.l1, this.#connection);
  }

  async exit(
    owner: { readonly address: string },
    token: TokenReference,
    options: ExitOptions = {},
  ): Promise<AccountedExit> {
    const { exitFromL1 } = await import("./exodus.ts");
    return exitFromL1(this.#context.config, this.#current.l1, owner, token, options);
  }

  get contracts(): RollupContracts {
    return this.#current.contracts;
  }

  get provider(): RollupProvider {
    return this.#current.provider;
  }

  get bondAddress(): string | undefined {
    return this.#current.local?.operator.bond?.bondAddress;
  }

  get operator(): Operator {
    const { local } = this.#current;
    if (local !== undefined) return local.operator;
    throw pluginError({ code: "OPERATOR_ELSEWHERE", network: this.#connection.networkName });
  }

  // The rest is for network hooks and devnet, and is not part of `ConnectionRollup`.

  /** Continues a rollup that a file has saved. @throws as `loadSession` */
  async load(saved: SavedRollup, options: LoadOptions): Promise<this> {
    const { loadSession } = await import("./load-session.ts");
    return this.#adopt(await loadSession(this.#environment, saved, options));
  }

  /**
   * Answers a `rollup_*` call if the operator is in this process.
   *
   * @returns Undefined if the connected node answers the call.
   * @throws ROLLUP_NOT_DEPLOYED, and the codes of the operator's refusals
   */
  answer(method: string, params: unknown): Promise<unknown> | undefined {
    const local = this.#session?.local;
    if (local !== undefined) {
      const answer = local.answer(method, params);
      // In mode `manual` a wait does no work, so it must not keep the process alive.
      return local.operator.options.mode === "manual" ? answer : keepAlive(answer);
    }
    if (this.#connection.networkConfig.type === "http") return undefined;
    throw this.#notDeployed();
  }

  /** Runs a snapshot or its restoration on L1 while the operator is idle. */
  exclusively<T>(action: () => Promise<T>): Promise<T> {
    const operator = this.#session?.local?.operator;
    return operator === undefined ? action() : operator.exclusively(action);
  }

  /** Saves the present rollup under the id of a snapshot of L1. */
  saveSnapshot(id: string): void {
    const session = this.#session;
    this.#snapshots.set(id, { session, checkpoint: session?.local?.operator.checkpoint() });
  }

  /** Restores L2 to a snapshot, after L1 has been restored to it. */
  revertToSnapshot(id: string): void {
    const snapshot = this.#snapshots.get(id);
    this.#session = snapshot?.session;
    if (snapshot?.checkpoint !== undefined) {
      snapshot.session?.local?.operator.restore(snapshot.checkpoint);
    }
    // L1 discards this snapshot too, and all later ones.
    for (const later of this.#snapshots.keys()) {
      if (BigInt(later) >= BigInt(id)) this.#snapshots.delete(later);
    }
  }

  async close(): Promise<void> {
    if (this.#sessions.size === 0) return;
    const { closeSession } = await import("./session.ts");
    const closing = [...this.#sessions].map(closeSession);
    this.#sessions.clear();
    await Promise.all(closing);
  }

  get #environment() {
    const { config, artifacts } = this.#context;
    return {
      config,
      artifacts,
      connection: this.#connection,
      location: this.#session?.l1,
      assertCurrent: (rollupAddress: string) => this.#assertCurrent(rollupAddress),
    };
  }

  /** Compares addresses, as another operator may have taken over. @throws ROLLUP_REPLACED */
  #assertCurrent(rollupAddress: string): void {
    const current = this.#session?.l1.rollupAddress;
    if (current === rollupAddress) return;
    throw sdkError({ code: "ROLLUP_REPLACED", rollupAddress, current });
  }

  get #current(): Session {
    if (this.#session === undefined) throw this.#notDeployed();
    return this.#session;
  }

  async #adopt(session: Session): Promise<this> {
    await registerMatchers(loadMatchers);
    if (this.#sessions.size === 0) noteOpenConnection(this.#connection);
    this.#sessions.add(session);
    this.#session = session;
    return this;
  }

  #notDeployed() {
    return pluginError({ code: "ROLLUP_NOT_DEPLOYED", network: this.#connection.networkName });
  }
}

async function loadMatchers() {
  return (await import("../../matchers/chai-plugin.ts")).rollupMatchers;
}
