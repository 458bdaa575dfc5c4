/**
 * L1 of a simulation: the real contracts on Hardhat's network, users with money, misbehaving
 * contracts, and a clock that only the simulation moves.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { concat, HDNodeWallet, keccak256, toBeHex, toQuantity } from "ethers";
import { network } from "hardhat";
import { createSigningKey } from "../../src/crypto/eddsa.ts";
import { type Create2Wallet, create2WalletAddress } from "../../src/l1/authorization.ts";
import { connectRollup, type ConnectOptions, type RollupClient } from "../../src/l1/client.ts";
import type { L1Limits } from "../../src/l1/gas.ts";
import { MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import type { Preset } from "../../src/protocol/presets.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { type Eip1193, FaultyProvider } from "../helpers/faulty-provider.ts";
import type { Life } from "../helpers/life.ts";
import type { Actor } from "../helpers/random-block.ts";
import type { Random } from "../helpers/random.ts";
import { createTestRollup, FEE_ACCOUNT_ADDRESS, type TestRollup } from "../helpers/test-rollup.ts";
import { BYTE_LIMITS, GAS_LIMITS, SimNode } from "./sim-node.ts";

/** A user with an Ethereum key and two L2 keys, of which an account has at most one. */
export interface SimUser {
  /** Sends its L1 transactions: its own key, or a payer's for a wallet contract. */
  readonly l1: HardhatEthersSigner;
  readonly address: bigint;
  readonly keys: readonly [RollupSigner, RollupSigner];
  /** Signs the hostile validator's blocks. */
  readonly actor: Actor;
  /** A contract that CREATE2 may deploy later; its address is the consent to the first key. */
  readonly wallet?: Create2Wallet;
}

/** A contract with a behavior that the simulation sets. */
export interface Misbehaving {
  setBehavior(behavior: number): Promise<{ wait(): Promise<unknown> }>;
}

/** Behavior of an odd recipient. */
export const BURN_GAS = 2;
const USERS = 6;
const WALLETS = 4;
const ODD_RECIPIENTS = 2;
const REQUEST_FEES_WEI = [0n, 1n, 10n ** 12n] as const;
/** Mnemonic of Hardhat's accounts. */
const MNEMONIC = "test test test test test test test test test test test junk";
const VALIDATOR_PATH = "m/44'/60'/0'/0/1";
/**
 * The deployment proxy by Nick Johnson, which deploys most CREATE2 wallets: its calldata is a salt
 * and the init code.
 *
 * @see https://github.com/Arachnid/deterministic-deployment-proxy
 */
const CREATE2_FACTORY =
  "0x604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffff" +
  "ffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
/** Init code of a contract that stops at once, and so accepts all payments. */
const WALLET_INIT_CODE = "0x6001600c60003960016000f300";
/** Repeats a failed request once, and resends a transaction that is not mined at once. */
const PATIENCE = { requestsMax: 2, resendAfterMs: 50, sendsMax: 1_000 } as const;
/** More addresses than the preset `minimal` has accounts. */
const FRESH_ADDRESSES = 80;
const PLENTY = 2n ** 120n;
/** Date of the deployment, during which the clock of Hardhat still runs. */
const DEPLOYMENT_DATE = "2030-01-01T00:00:00Z";
/** Date from which the simulation has the clock. */
const START_DATE = "2030-01-02T00:00:00Z";

export class SimChain {
  readonly rollup: TestRollup;
  /** Limits of one L1 transaction of the operator. */
  readonly limits: L1Limits;
  /** The node behind the operator's connection. */
  readonly node: SimNode;
  #connection: FaultyProvider;
  #operatorClient: RollupClient;
  /** Client of another validator. */
  readonly foreignClient: RollupClient;
  readonly users: readonly SimUser[];
  /** L1 addresses of the tokens by id; ETH is the zero address. */
  readonly tokens: readonly string[];
  readonly oddToken: Misbehaving;
  readonly oddRecipients: readonly (Misbehaving & { readonly address: bigint })[];
  /** Addresses without an owner, for accounts that never get a key. */
  readonly freshAddresses: readonly bigint[];
  readonly #time: { now: number };
  #snapshot: Snapshot | undefined;
  /** L1 block at the end of which nothing was open. */
  #clearBlock: number;

  private constructor(parts: Parts) {
    this.rollup = parts.rollup;
    this.limits = parts.limits;
    this.node = parts.node;
    this.#connection = parts.connection;
    this.#operatorClient = parts.operatorClient;
    this.foreignClient = parts.foreignClient;
    this.#time = parts.time;
    this.#clearBlock = parts.rollup.client.deploymentBlock;
    this.users = parts.users;
    this.tokens = parts.tokens;
    this.oddToken = parts.oddToken;
    this.oddRecipients = parts.oddRecipients;
    this.freshAddresses = parts.freshAddresses;
  }

  static async create(preset: Preset, random: Random): Promise<SimChain> {
    const throwOnTransactionFailures = random.bool();
    const override = {
      initialDate: DEPLOYMENT_DATE,
      allowBlocksWithSameTimestamp: true,
      throwOnTransactionFailures,
    } as const;
    const connection = await network.create({ override });
    const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
    const [, validator, , foreigner] = await connection.ethers.getSigners();
    const settings = {
      preset,
      genesisStateRoot: genesis.root,
      validators: [validator!.address, foreigner!.address],
      requestFeeWei: random.pick(REQUEST_FEES_WEI),
    };
    const rollup = await createTestRollup("SealVerifier", settings, connection);
    const signers = (await rollup.ethers.getSigners()).slice(4, 4 + USERS);
    const { oddToken, tokens } = await deployTokens(rollup, signers);
    const { ethers } = rollup;
    const oddRecipients = [];
    for (let i = 0; i < ODD_RECIPIENTS; i++) {
      const contract = await ethers.deployContract("OddRecipient");
      oddRecipients.push(Object.assign(contract, { address: BigInt(contract.target as string) }));
    }
    const creator = await deployFactory(rollup);
    const chain = new SimChain({
      rollup,
      tokens,
      oddToken,
      oddRecipients,
      ...(await connectOperator(rollup, random)),
      foreignClient: await connectRollup(rollup.client, rollup.other),
      users: [
        ...signers.map((l1) => createUser(l1, random)),
        ...signers.slice(0, WALLETS).map((l1) => createWalletUser(l1, creator, random)),
      ],
      freshAddresses: Array.from({ length: FRESH_ADDRESSES }, () => random.bigint(160) | 1n),
    });
    // L1 judges a call by its latest block's time, so that must not be the time of the deployment.
    await chain.passTime(0);
    return chain;
  }

  /** The operator's connection, which has faults of its own. */
  get connection(): FaultyProvider {
    return this.#connection;
  }

  /** Client of the operator, which is the validator. */
  get operatorClient(): RollupClient {
    return this.#operatorClient;
  }

  /** Connects the operator again, for a process that has just started. */
  async connectAgain(life: Life, options: ConnectOptions): Promise<void> {
    const { rollup, node, limits } = this;
    const mortal: Eip1193 = {
      request: (call) => life.outside(call.method, () => node.request(call)),
    };
    const connected = await connectTo(rollup, mortal, { ...options, limits });
    this.#connection = connected.connection;
    this.#operatorClient = connected.operatorClient;
  }

  /** Client of the validator, over a connection that never fails. */
  get client(): RollupClient {
    return this.rollup.client;
  }

  /** Time of L1, in Unix seconds. */
  get now(): number {
    return this.#time.now;
  }

  /** Advances the time of L1 by `seconds` and mines an empty block. */
  async passTime(seconds: number): Promise<void> {
    this.#time.now += seconds;
    await this.act(() => this.rollup.ethers.provider.send("evm_mine", []));
  }

  /**
   * Does the same as {@link act} for an action of several transactions. Hardhat's own clock dates
   * all but the first, so the simulation's time follows, and later steps are not replayed exactly.
   */
  async actAtLength<T>(action: () => Promise<T>): Promise<T> {
    const latest = (await this.rollup.ethers.provider.getBlock("latest"))!;
    this.#time.now = Math.max(this.#time.now, latest.timestamp);
    return this.act(action);
  }

  /** Sets the base fee of the next L1 block, from which it falls or rises again. */
  async setBaseFee(wei: bigint): Promise<void> {
    const { provider } = this.rollup.ethers;
    await provider.send("hardhat_setNextBlockBaseFeePerGas", [toQuantity(wei)]);
  }

  /** Acts on L1, in a block with the time of the simulation. */
  async act<T>(action: () => Promise<T>): Promise<T> {
    await setNextTime(this.rollup, this.#time);
    return action();
  }

  /** Deploys the contract of a wallet, which anybody may do. */
  async deployWallet({ l1, wallet, keys }: SimUser): Promise<void> {
    const { creator, saltArgument } = wallet!;
    const salt = keccak256(concat([saltArgument, toBeHex(keys[0].pubKeyHash, 32)]));
    const data = concat([salt, WALLET_INIT_CODE]);
    const gasLimit = 200_000n;
    await this.request(async () =>
      (await l1.sendTransaction({ to: creator, data, gasLimit })).wait(),
    );
  }

  /** Does the same as {@link act} for users: a reorg may mine the action again. */
  async request(action: () => Promise<unknown>): Promise<void> {
    this.#snapshot?.requests.push(action);
    await this.act(action);
  }

  /** Takes the snapshot to which the next reorg returns. */
  async takeSnapshot(): Promise<void> {
    const id = (await this.rollup.ethers.provider.send("evm_snapshot", [])) as string;
    this.#snapshot = { id, requests: [], clearBlock: this.#clearBlock };
  }

  /** Records that nothing is open: later requests and payouts are in later L1 blocks. */
  async markClear(): Promise<void> {
    this.#clearBlock = await this.rollup.ethers.provider.getBlockNumber();
  }

  /** First L1 block with anything open, also after a reorg. */
  get firstOpenBlock(): number {
    return Math.min(this.#clearBlock, this.#snapshot?.clearBlock ?? this.#clearBlock);
  }

  /**
   * Reorgs L1: returns to the snapshot, and mines the users' requests that `pick` returns again.
   *
   * @returns False if there is no snapshot.
   */
  async reorg(
    pick: (requests: readonly (() => Promise<unknown>)[]) => (() => Promise<unknown>)[],
  ): Promise<boolean> {
    const snapshot = this.#snapshot;
    if (snapshot === undefined) return false;
    this.#snapshot = undefined;
    this.#clearBlock = Math.min(this.#clearBlock, snapshot.clearBlock);
    await this.rollup.ethers.provider.send("evm_revert", [snapshot.id]);
    for (const request of pick(snapshot.requests)) await this.act(request).catch(() => undefined);
    await this.passTime(0);
    return true;
  }

  close(): Promise<void> {
    return this.rollup.chain.close();
  }
}

/** The state to which a reorg returns, and the users' requests since then. */
interface Snapshot {
  readonly id: string;
  readonly requests: (() => Promise<unknown>)[];
  readonly clearBlock: number;
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

/** The operator's own connection to L1, with limits chosen by the seed. */
async function connectOperator(rollup: TestRollup, random: Random) {
  const time = { now: Date.parse(START_DATE) / 1000 };
  const limits = { gasMax: random.pick(GAS_LIMITS), bytesMax: random.pick(BYTE_LIMITS) };
  const node = new SimNode(rollup.chain.provider, limits, () => setNextTime(rollup, time));
  return { time, limits, node, ...(await connectTo(rollup, node, { limits })) };
}

async function connectTo({ client }: TestRollup, node: Eip1193, options: ConnectOptions) {
  const connection = new FaultyProvider(node);
  const wallet = HDNodeWallet.fromPhrase(MNEMONIC, "", VALIDATOR_PATH).connect(connection.ethers);
  const operatorClient = await connectRollup(client, wallet, { ...PATIENCE, ...options });
  return { connection, operatorClient };
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

/** @returns The address of a contract that deploys others by CREATE2. */
async function deployFactory({ governor }: TestRollup): Promise<string> {
  const sent = await governor.sendTransaction({ data: CREATE2_FACTORY });
  return (await sent.wait())!.contractAddress!;
}

/** The first one's; ETH, the misbehaving and the silent token are before. */
const GOOD_TOKEN_ID = 3;

/**
 * Deploys a misbehaving, a silent and good tokens, the last of which is no main token: it takes
 * wide blocks. Users get plenty of each, and of ETH.
 */
async function deployTokens(rollup: TestRollup, holders: readonly HardhatEthersSigner[]) {
  const { ethers, governor } = rollup;
  const good = [];
  for (let id = GOOD_TOKEN_ID; id <= MAIN_TOKENS; id++) {
    good.push(await ethers.deployContract("TestToken", [`Good ${id}`, `GOOD${id}`]));
  }
  const odd = await ethers.deployContract("OddToken");
  const silent = await ethers.deployContract("NoReturnToken");
  for (const token of [odd, silent, ...good]) {
    await rollup.rollup.connect(governor).listToken(token);
    for (const holder of holders) {
      await token.mint(holder.address, PLENTY);
      await token.connect(holder).getFunction("approve")(rollup.client.rollupAddress, PLENTY);
    }
  }
  const tokens = [odd, silent, ...good].map(({ target }) => target as string);
  return { oddToken: odd, tokens: [ethers.ZeroAddress, ...tokens] };
}
