/**
 * L1 of a simulation: the real contracts on Hardhat's network, users with money, contracts that
 * misbehave, and a clock that only the simulation moves.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { network } from "hardhat";
import type { RollupClient } from "../../src/l1/client.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import type { Random } from "../helpers/random.ts";
import { createTestRollup, FEE_ACCOUNT_ADDRESS, type TestRollup } from "../helpers/test-rollup.ts";

/** Somebody with an Ethereum key and two L2 keys, of which an account has at most one. */
export interface SimUser {
  readonly l1: HardhatEthersSigner;
  readonly address: bigint;
  readonly keys: readonly [RollupSigner, RollupSigner];
}

/** Contracts that answer as they are told. */
export interface Misbehaving {
  setBehavior(behavior: number): Promise<{ wait(): Promise<unknown> }>;
}

const USERS = 6;
const ODD_RECIPIENTS = 2;
/** More than the preset `minimal` has accounts. */
const FRESH_ADDRESSES = 80;
const PLENTY = 2n ** 120n;
/** The contracts are deployed from here on, while the clock of Hardhat still runs, … */
const DEPLOYMENT_DATE = "2030-01-01T00:00:00Z";
/** … and from here on the simulation has the clock. */
const START_DATE = "2030-01-02T00:00:00Z";

export class SimChain {
  readonly rollup: TestRollup;
  readonly users: readonly SimUser[];
  /** L1 addresses of the tokens by id; ETH is the zero address. */
  readonly tokens: readonly string[];
  readonly oddToken: Misbehaving;
  readonly oddRecipients: readonly (Misbehaving & { readonly address: bigint })[];
  /** Addresses of nobody, for accounts that no key was ever set for. */
  readonly freshAddresses: readonly bigint[];
  #now: number;
  #snapshot: { readonly id: string; readonly requests: (() => Promise<unknown>)[] } | undefined;

  private constructor(parts: Parts) {
    this.rollup = parts.rollup;
    this.users = parts.users;
    this.tokens = parts.tokens;
    this.oddToken = parts.oddToken;
    this.oddRecipients = parts.oddRecipients;
    this.freshAddresses = parts.freshAddresses;
    this.#now = parts.now;
  }

  static async create(preset: Preset, random: Random): Promise<SimChain> {
    const override = { initialDate: DEPLOYMENT_DATE, allowBlocksWithSameTimestamp: true } as const;
    const connection = await network.create({ override });
    const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    const settings = { preset, genesisStateRoot: genesis.root };
    const rollup = await createTestRollup("SealVerifier", settings, connection);
    const signers = (await rollup.ethers.getSigners()).slice(4, 4 + USERS);
    const { oddToken, tokens } = await deployTokens(rollup, signers);
    const { ethers } = rollup;
    const oddRecipients = [];
    for (let i = 0; i < ODD_RECIPIENTS; i++) {
      const contract = await ethers.deployContract("OddRecipient");
      oddRecipients.push(Object.assign(contract, { address: BigInt(contract.target as string) }));
    }
    return new SimChain({
      ...{ rollup, tokens, oddToken, oddRecipients },
      users: signers.map((l1) => createUser(l1, random)),
      freshAddresses: Array.from({ length: FRESH_ADDRESSES }, () => random.bigint(160) | 1n),
      now: Date.parse(START_DATE) / 1000,
    });
  }

  /** Of the operator, which is the validator. */
  get client(): RollupClient {
    return this.rollup.client;
  }

  /** Unix seconds. */
  get now(): number {
    return this.#now;
  }

  /** L1 mines its next block so much later than it would otherwise, with nothing in it. */
  async passTime(seconds: number): Promise<void> {
    this.#now += seconds;
    await this.act(() => this.rollup.ethers.provider.send("evm_mine", []));
  }

  /** Does something on L1, in a block of the time that the simulation has. */
  async act<T>(action: () => Promise<T>): Promise<T> {
    await this.rollup.ethers.provider.send("evm_setNextBlockTimestamp", [++this.#now]);
    return action();
  }

  /** As {@link act}, for what users do: it may be mined again when L1 goes back. */
  async request(action: () => Promise<unknown>): Promise<void> {
    this.#snapshot?.requests.push(action);
    await this.act(action);
  }

  /** Takes note of where L1 goes back to next. */
  async takeSnapshot(): Promise<void> {
    const id = (await this.rollup.ethers.provider.send("evm_snapshot", [])) as string;
    this.#snapshot = { id, requests: [] };
  }

  /**
   * L1 goes back to the snapshot, and mines again what `pick` leaves of the users' requests.
   *
   * @returns False if there is no snapshot.
   */
  async reorganise(
    pick: (requests: readonly (() => Promise<unknown>)[]) => (() => Promise<unknown>)[],
  ): Promise<boolean> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return false;
    this.#snapshot = undefined;
    await this.rollup.ethers.provider.send("evm_revert", [snapshot.id]);
    for (const request of pick(snapshot.requests)) await this.act(request).catch(() => undefined);
    await this.passTime(0);
    return true;
  }

  close(): Promise<void> {
    return this.rollup.chain.close();
  }
}

interface Parts {
  readonly rollup: TestRollup;
  readonly users: readonly SimUser[];
  readonly tokens: readonly string[];
  readonly oddToken: Misbehaving;
  readonly oddRecipients: readonly (Misbehaving & { readonly address: bigint })[];
  readonly freshAddresses: readonly bigint[];
  readonly now: number;
}

function createUser(l1: HardhatEthersSigner, random: Random): SimUser {
  const createKey = () => RollupSigner.fromSeed(random.bytes(32));
  return { l1, address: BigInt(l1.address), keys: [createKey(), createKey()] };
}

/** ETH, a good token, one that misbehaves, one that returns nothing; users have plenty of each. */
async function deployTokens(rollup: TestRollup, holders: readonly HardhatEthersSigner[]) {
  const { ethers, governor } = rollup;
  const good = await ethers.deployContract("TestToken", ["Good", "GOOD"]);
  const odd = await ethers.deployContract("OddToken");
  const silent = await ethers.deployContract("NoReturnToken");
  for (const token of [good, odd, silent]) {
    await rollup.rollup.connect(governor).listToken(token);
    for (const holder of holders) {
      await token.mint(holder.address, PLENTY);
      await token.connect(holder).getFunction("approve")(rollup.client.rollupAddress, PLENTY);
    }
  }
  const tokens = [good, odd, silent].map(({ target }) => target as string);
  return { oddToken: odd, tokens: [ethers.ZeroAddress, ...tokens] };
}
