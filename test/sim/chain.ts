/**
 * L1 of a simulation: the real contracts on Hardhat's network, users with money, contracts that
 * misbehave, and a clock that only the simulation moves.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { concat, HDNodeWallet, keccak256, toBeHex } from "ethers";
import { network } from "hardhat";
import { createSigningKey } from "../../src/crypto/eddsa.ts";
import { type Create2Wallet, create2WalletAddress } from "../../src/l1/authorization.ts";
import { connectRollup, type RollupClient } from "../../src/l1/client.ts";
import type { L1Limits } from "../../src/l1/gas.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { FaultyProvider } from "../helpers/faulty-provider.ts";
import type { Actor } from "../helpers/random-block.ts";
import type { Random } from "../helpers/random.ts";
import { createTestRollup, FEE_ACCOUNT_ADDRESS, type TestRollup } from "../helpers/test-rollup.ts";
import { BYTE_LIMITS, GAS_LIMITS, SimNode } from "./sim-node.ts";

/** Somebody with an Ethereum key and two L2 keys, of which an account has at most one. */
export interface SimUser {
  /** Sends for it: its own key, or of somebody who pays for a wallet contract. */
  readonly l1: HardhatEthersSigner;
  readonly address: bigint;
  readonly keys: readonly [RollupSigner, RollupSigner];
  /** What the validator's hostile blocks are signed with. */
  readonly actor: Actor;
  /** A contract that CREATE2 may make some day; its first key is the consent. */
  readonly wallet?: Create2Wallet;
}

/** Contracts that answer as they are told. */
export interface Misbehaving {
  setBehavior(behavior: number): Promise<{ wait(): Promise<unknown> }>;
}

/** Of an odd recipient. */
export const BURN_GAS = 2;
const USERS = 6;
const WALLETS = 4;
const ODD_RECIPIENTS = 2;
const REQUEST_FEES_WEI = [0n, 1n, 10n ** 12n] as const;
/** Of Hardhat's accounts. */
const MNEMONIC = "test test test test test test test test test test test junk";
const VALIDATOR_PATH = "m/44'/60'/0'/0/1";
/**
 * The deployment proxy by Nick Johnson that most CREATE2 wallets are made with: its calldata is a
 * salt and the init code.
 *
 * @see https://github.com/Arachnid/deterministic-deployment-proxy
 */
const CREATE2_FACTORY =
  "0x604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffff" +
  "ffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
/** Makes a contract that stops at once, and so takes all payments. */
const WALLET_INIT_CODE = "0x6001600c60003960016000f300";
/** Failed requests are tried again once; a transaction that is not mined is sent again at once. */
const PATIENCE = { requestsMax: 2, resendAfterMs: 50, sendsMax: 1_000 } as const;
/** More than the preset `minimal` has accounts. */
const FRESH_ADDRESSES = 80;
const PLENTY = 2n ** 120n;
/** The contracts are deployed from here on, while the clock of Hardhat still runs, … */
const DEPLOYMENT_DATE = "2030-01-01T00:00:00Z";
/** … and from here on the simulation has the clock. */
const START_DATE = "2030-01-02T00:00:00Z";

export class SimChain {
  readonly rollup: TestRollup;
  /** What one L1 transaction of the operator may be made of. */
  readonly limits: L1Limits;
  /** The node behind the operator's connection, … */
  readonly node: SimNode;
  /** … which fails by itself, too. */
  readonly connection: FaultyProvider;
  /** Of the operator, which is the validator. */
  readonly operatorClient: RollupClient;
  /** Of another validator. */
  readonly foreignClient: RollupClient;
  readonly users: readonly SimUser[];
  /** L1 addresses of the tokens by id; ETH is the zero address. */
  readonly tokens: readonly string[];
  readonly oddToken: Misbehaving;
  readonly oddRecipients: readonly (Misbehaving & { readonly address: bigint })[];
  /** Addresses of nobody, for accounts that no key was ever set for. */
  readonly freshAddresses: readonly bigint[];
  readonly #time: { now: number };
  #snapshot: Snapshot | undefined;
  /** L1 block by whose end everything had gone through. */
  #settledBlock: number;

  private constructor(parts: Parts) {
    this.rollup = parts.rollup;
    this.limits = parts.limits;
    this.node = parts.node;
    this.connection = parts.connection;
    this.operatorClient = parts.operatorClient;
    this.foreignClient = parts.foreignClient;
    this.#time = parts.time;
    this.#settledBlock = parts.rollup.client.deploymentBlock;
    this.users = parts.users;
    this.tokens = parts.tokens;
    this.oddToken = parts.oddToken;
    this.oddRecipients = parts.oddRecipients;
    this.freshAddresses = parts.freshAddresses;
  }

  static async create(preset: Preset, random: Random): Promise<SimChain> {
    const throwOnTransactionFailures = random.bool();
    const override = {
      ...{ initialDate: DEPLOYMENT_DATE, allowBlocksWithSameTimestamp: true },
      throwOnTransactionFailures,
    } as const;
    const chain = await network.create({ override });
    const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    const [, validator, , foreigner] = await chain.ethers.getSigners();
    const settings = {
      ...{ preset, genesisStateRoot: genesis.root },
      validators: [validator!.address, foreigner!.address],
      requestFeeWei: random.pick(REQUEST_FEES_WEI),
    };
    const rollup = await createTestRollup("SealVerifier", settings, chain);
    const signers = (await rollup.ethers.getSigners()).slice(4, 4 + USERS);
    const { oddToken, tokens } = await deployTokens(rollup, signers);
    const { ethers } = rollup;
    const oddRecipients = [];
    for (let i = 0; i < ODD_RECIPIENTS; i++) {
      const contract = await ethers.deployContract("OddRecipient");
      oddRecipients.push(Object.assign(contract, { address: BigInt(contract.target as string) }));
    }
    const creator = await deployFactory(rollup);
    return new SimChain({
      ...{ rollup, tokens, oddToken, oddRecipients },
      ...(await connectOperator(rollup, random)),
      foreignClient: await connectRollup(rollup.client, rollup.other),
      users: [
        ...signers.map((l1) => createUser(l1, random)),
        ...signers.slice(0, WALLETS).map((l1) => createWalletUser(l1, creator, random)),
      ],
      freshAddresses: Array.from({ length: FRESH_ADDRESSES }, () => random.bigint(160) | 1n),
    });
  }

  /** Of the validator, over a connection that never fails. */
  get client(): RollupClient {
    return this.rollup.client;
  }

  /** Unix seconds. */
  get now(): number {
    return this.#time.now;
  }

  /** L1 mines its next block so much later than it would otherwise, with nothing in it. */
  async passTime(seconds: number): Promise<void> {
    this.#time.now += seconds;
    await this.act(() => this.rollup.ethers.provider.send("evm_mine", []));
  }

  /**
   * As {@link act}, for what may take several transactions: of these Hardhat's own clock dates all
   * but the first, so the simulation's time follows. What comes after is not replayed exactly.
   */
  async actAtLength<T>(action: () => Promise<T>): Promise<T> {
    const latest = (await this.rollup.ethers.provider.getBlock("latest"))!;
    this.#time.now = Math.max(this.#time.now, latest.timestamp);
    return this.act(action);
  }

  /** Does something on L1, in a block of the time that the simulation has. */
  async act<T>(action: () => Promise<T>): Promise<T> {
    await setNextTime(this.rollup, this.#time);
    return action();
  }

  /** Deploys the contract of a wallet; anybody may. */
  async deployWallet({ l1, wallet, keys }: SimUser): Promise<void> {
    const { creator, saltArgument } = wallet!;
    const salt = keccak256(concat([saltArgument, toBeHex(keys[0].pubKeyHash, 32)]));
    const data = concat([salt, WALLET_INIT_CODE]);
    const gasLimit = 200_000n;
    await this.request(async () =>
      (await l1.sendTransaction({ to: creator, data, gasLimit })).wait(),
    );
  }

  /** As {@link act}, for what users do: it may be mined again when L1 goes back. */
  async request(action: () => Promise<unknown>): Promise<void> {
    this.#snapshot?.requests.push(action);
    await this.act(action);
  }

  /** Takes note of where L1 goes back to next. */
  async takeSnapshot(): Promise<void> {
    const id = (await this.rollup.ethers.provider.send("evm_snapshot", [])) as string;
    this.#snapshot = { id, requests: [], settledBlock: this.#settledBlock };
  }

  /** Everything has gone through: whatever is open from now on is younger. */
  async settle(): Promise<void> {
    this.#settledBlock = await this.rollup.ethers.provider.getBlockNumber();
  }

  /** L1 block from which on there may be anything open, also after L1 has gone back. */
  get firstOpenBlock(): number {
    return Math.min(this.#settledBlock, this.#snapshot?.settledBlock ?? this.#settledBlock);
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
    this.#settledBlock = Math.min(this.#settledBlock, snapshot.settledBlock);
    await this.rollup.ethers.provider.send("evm_revert", [snapshot.id]);
    for (const request of pick(snapshot.requests)) await this.act(request).catch(() => undefined);
    await this.passTime(0);
    return true;
  }

  close(): Promise<void> {
    return this.rollup.chain.close();
  }
}

/** Where L1 goes back to, and what users have done since. */
interface Snapshot {
  readonly id: string;
  readonly requests: (() => Promise<unknown>)[];
  readonly settledBlock: number;
}

interface Parts {
  readonly rollup: TestRollup;
  readonly limits: L1Limits;
  readonly node: SimNode;
  readonly connection: FaultyProvider;
  readonly operatorClient: RollupClient;
  readonly foreignClient: RollupClient;
  readonly users: readonly SimUser[];
  readonly tokens: readonly string[];
  readonly oddToken: Misbehaving;
  readonly oddRecipients: readonly (Misbehaving & { readonly address: bigint })[];
  readonly freshAddresses: readonly bigint[];
  readonly time: { now: number };
}

function setNextTime({ ethers }: TestRollup, time: { now: number }): Promise<unknown> {
  return ethers.provider.send("evm_setNextBlockTimestamp", [++time.now]);
}

/** The validator's own connection to L1, with limits that the seed decides. */
async function connectOperator(rollup: TestRollup, random: Random) {
  const time = { now: Date.parse(START_DATE) / 1000 };
  const limits = { gasMax: random.pick(GAS_LIMITS), bytesMax: random.pick(BYTE_LIMITS) };
  const node = new SimNode(rollup.chain.provider, limits, () => setNextTime(rollup, time));
  const connection = new FaultyProvider(node);
  const wallet = HDNodeWallet.fromPhrase(MNEMONIC, "", VALIDATOR_PATH).connect(connection.ethers);
  const operatorClient = await connectRollup(rollup.client, wallet, PATIENCE, limits);
  return { time, limits, node, connection, operatorClient };
}

function createUser(l1: HardhatEthersSigner, random: Random): SimUser {
  return toUser(l1, random, () => ({ address: BigInt(l1.address) }));
}

function createWalletUser(l1: HardhatEthersSigner, creator: string, random: Random): SimUser {
  const codeHash = keccak256(WALLET_INIT_CODE);
  const wallet = { creator, saltArgument: toBeHex(random.bigint(256), 32), codeHash };
  return toUser(l1, random, (pubKeyHash) => {
    return { wallet, address: BigInt(create2WalletAddress(wallet, pubKeyHash)) };
  });
}

function toUser(
  l1: HardhatEthersSigner,
  random: Random,
  locate: (pubKeyHash: bigint) => Pick<SimUser, "address" | "wallet">,
): SimUser {
  const seeds = [random.bytes(32), random.bytes(32)] as const;
  const keys = [RollupSigner.fromSeed(seeds[0]), RollupSigner.fromSeed(seeds[1])] as const;
  const place = locate(keys[0].pubKeyHash);
  const actor: Actor = {
    address: place.address,
    keys: [createSigningKey(seeds[0]), createSigningKey(seeds[1])],
    pubKeyHashes: [keys[0].pubKeyHash, keys[1].pubKeyHash],
  };
  return { l1, keys, actor, ...place };
}

/** @returns The address of a contract that makes others by CREATE2. */
async function deployFactory({ governor }: TestRollup): Promise<string> {
  const sent = await governor.sendTransaction({ data: CREATE2_FACTORY });
  return (await sent.wait())!.contractAddress!;
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
