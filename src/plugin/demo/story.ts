/**
 * The demo: four blocks with deposits from L1, signing keys, transfers to a new account and to an
 * existing one, and withdrawals to L1. A narrator shows each step, and balances are checked at the
 * end.
 */
import { getAddress, id } from "ethers";
import type { HardhatConfig } from "hardhat/types/config";
import type { NetworkConnection } from "hardhat/types/network";
import { accountCapacity, PRESETS, type PresetName } from "../../protocol/presets.ts";
import { formatAmount } from "../../sdk/amounts.ts";
import type { Token } from "../../sdk/provider.ts";
import type { RollupWallet } from "../../sdk/wallet.ts";
import { assert } from "../../util/errors.ts";
import type { ProverName } from "../config/types.ts";
import { deployTestToken } from "../rollup/test-token.ts";
import type { ConnectionRollup } from "../rollup/types.ts";
import {
  type BlockReport,
  type ExecutedBlock,
  isExecutedBlock,
  reportBlock,
} from "./block-report.ts";

/** Output of the story. */
export interface Narrator {
  chapter(title: string): void;
  step(text: string): void;
  block(report: BlockReport): void;
  /** Shows progress while blocks are processed. */
  working<T>(work: () => Promise<T>): Promise<T>;
}

/** A narrator without output, for callers that need only the result. */
export const silentNarrator: Narrator = {
  chapter: () => {},
  step: () => {},
  block: () => {},
  working: (work) => work(),
};

/** Somebody's balances of a token, in its smallest unit. */
export interface BalanceReport {
  readonly account: string;
  readonly address: string;
  readonly token: string;
  readonly decimals: number;
  readonly l1: BeforeAfter;
  readonly l2: BeforeAfter;
}
interface BeforeAfter {
  readonly before: bigint;
  readonly after: bigint;
}

export interface Story {
  readonly blocks: readonly ExecutedBlock[];
  readonly balances: readonly BalanceReport[];
  /** Whether withdrawals have arrived on L1, and L1 holds exactly the balances of L2. */
  readonly ok: boolean;
}

interface Holder {
  readonly account: string;
  readonly address: string;
}

interface Stage {
  readonly connection: NetworkConnection;
  readonly rollup: ConnectionRollup;
  readonly narrator: Narrator;
  readonly alice: RollupWallet;
  readonly bob: RollupWallet;
  /** A new L1 address: it pays no gas, so its balance is exactly what was withdrawn. */
  readonly vault: string;
  readonly eth: Token;
  readonly usd: Token;
}

const ETHER = 10n ** 18n;
const DEPOSITED = { eth: 5n * ETHER, usd: 1000n * ETHER };
const SENT = { eth: (5n * ETHER) / 4n, usd: 250n * ETHER };
const WITHDRAWN = { eth: ETHER / 2n, usd: 100n * ETHER };
const FEE = ETHER / 1000n;

/** Runs the story on the chain of a connection. */
export async function tellStory(
  config: HardhatConfig,
  connection: NetworkConnection,
  size: { readonly preset: PresetName; readonly prover: ProverName },
  narrator: Narrator,
): Promise<Story> {
  const stage = await setTheStage(config, connection, size, narrator);
  const { alice, bob, vault, eth, usd } = stage;
  const holders = [
    { account: "Alice", address: alice.address },
    { account: "Bob", address: bob.address },
    { account: "Bob's vault", address: vault },
  ];
  const before = await readBalances(stage, holders);
  const chapters = [deposit, openAccounts, transferAndWithdraw, leave];
  const blocks: ExecutedBlock[] = [];
  for (const tell of chapters) {
    await tell(stage);
    blocks.push(...(await processBlocks(stage)));
  }
  const after = await readBalances(stage, holders);
  const balances = before.map((row, index) => mergeBalances(row, after[index]!));
  const arrived = (token: Token) =>
    balances.find((row) => row.address === vault && row.token === token.symbol)!.l1.after;
  const ok =
    arrived(eth) === WITHDRAWN.eth &&
    arrived(usd) === WITHDRAWN.usd &&
    (await isSolvent(stage, eth)) &&
    (await isSolvent(stage, usd));
  return { blocks, balances, ok };
}

async function setTheStage(
  config: HardhatConfig,
  connection: NetworkConnection,
  size: { readonly preset: PresetName; readonly prover: ProverName },
  narrator: Narrator,
): Promise<Stage> {
  const signers = await connection.ethers.getSigners();
  const alice = signers[1]!.address;
  const usd = await deployTestToken(
    config,
    connection,
    { name: "Demo Dollar", symbol: "DUSD" },
    { holders: [alice], amount: DEPOSITED.usd },
  );
  // One block per L1 transaction, so that the gas of each block is known.
  const single = { blocksPerTransaction: 1, proofsPerTransaction: 1 };
  const options = { ...size, tokens: [usd.address], ...single };
  const rollup = await connection.rollup.deploy(options);
  const { contracts, provider } = rollup;
  narrator.chapter("A rollup on L1");
  narrator.step(`Rollup    ${await contracts.rollup.getAddress()}`);
  narrator.step(`Verifier  ${await contracts.verifier.getAddress()}`);
  narrator.step(`DUSD      ${usd.address}, listed as token 1`);
  const wallets = await rollup.getWallets();
  return {
    connection,
    rollup,
    narrator,
    alice: wallets[1]!,
    bob: wallets[2]!,
    vault: getAddress(id("Bob's vault").slice(0, 42)),
    eth: await provider.getToken("ETH"),
    usd: await provider.getToken("DUSD"),
  };
}

async function deposit({ narrator, alice, eth, usd }: Stage): Promise<void> {
  narrator.chapter("Alice deposits from L1");
  await alice.deposit({ token: "ETH", amount: DEPOSITED.eth });
  narrator.step(`Deposit   ${show(DEPOSITED.eth, eth)}`);
  await alice.deposit({ token: "DUSD", amount: DEPOSITED.usd });
  narrator.step(`Deposit   ${show(DEPOSITED.usd, usd)}`);
}

async function openAccounts({ narrator, alice, bob, eth }: Stage): Promise<void> {
  narrator.chapter("Alice sets her signing key and pays Bob, who has no account yet");
  await alice.setSigningKey({ fee: FEE });
  narrator.step(`Key       Alice, authorized by her Ethereum wallet, fee ${show(FEE, eth)}`);
  await alice.transfer({ to: bob.address, token: "ETH", amount: SENT.eth, fee: FEE });
  narrator.step(`Transfer  ${show(SENT.eth, eth)} to Bob, new account ${await bob.accountId()}`);
}

async function transferAndWithdraw(stage: Stage): Promise<void> {
  const { narrator, alice, bob, vault, eth, usd } = stage;
  narrator.chapter("Alice pays Bob again, and withdraws to his vault on L1");
  await alice.transfer({ to: bob.address, token: "DUSD", amount: SENT.usd });
  narrator.step(`Transfer  ${show(SENT.usd, usd)} to Bob, account ${await bob.accountId()}`);
  await alice.withdraw({ to: vault, token: "ETH", amount: WITHDRAWN.eth, fee: FEE });
  narrator.step(`Withdraw  ${show(WITHDRAWN.eth, eth)} to ${vault}`);
}

async function leave({ narrator, bob, vault, usd }: Stage): Promise<void> {
  narrator.chapter("Bob sets his signing key and withdraws");
  await bob.setSigningKey();
  narrator.step("Key       Bob, authorized by his Ethereum wallet");
  await bob.withdraw({ to: vault, token: "DUSD", amount: WITHDRAWN.usd });
  narrator.step(`Withdraw  ${show(WITHDRAWN.usd, usd)} to ${vault}`);
}

async function processBlocks({ rollup, narrator }: Stage): Promise<ExecutedBlock[]> {
  const records = await narrator.working(() => rollup.processBlocks());
  return records.map((record) => {
    assert(isExecutedBlock(record), "processBlocks executes every block");
    narrator.block(reportBlock(record));
    return record;
  });
}

type BalanceRow = Omit<BalanceReport, "l1" | "l2"> & { readonly l1: bigint; readonly l2: bigint };

async function readBalances(stage: Stage, holders: readonly Holder[]): Promise<BalanceRow[]> {
  const { rollup, eth, usd } = stage;
  const rows = holders.flatMap((holder) => [eth, usd].map((token) => ({ ...holder, token })));
  return Promise.all(
    rows.map(async ({ token, ...holder }) => ({
      ...holder,
      token: token.symbol,
      decimals: token.decimals,
      l1: await balanceOnL1(stage, token, holder.address),
      l2: await rollup.provider.getBalance(holder.address, token.id),
    })),
  );
}

function mergeBalances(before: BalanceRow, after: BalanceRow): BalanceReport {
  return {
    ...before,
    l1: { before: before.l1, after: after.l1 },
    l2: { before: before.l2, after: after.l2 },
  };
}

async function balanceOnL1({ connection, eth }: Stage, token: Token, owner: string) {
  const { ethers } = connection;
  if (token.id === eth.id) return ethers.provider.getBalance(owner);
  const abi = ["function balanceOf(address) view returns (uint256)"];
  const contract = new ethers.Contract(token.address, abi, ethers.provider);
  return (await contract.getFunction("balanceOf")(owner)) as bigint;
}

/** Returns whether the contract holds exactly the sum of all accounts on L2. */
async function isSolvent(stage: Stage, token: Token): Promise<boolean> {
  const { state, preset } = stage.rollup.operator;
  let owed = 0n;
  for (let accountId = 0; accountId < accountCapacity(PRESETS[preset.name]); accountId++) {
    owed += state.balance(accountId, token.id);
  }
  const address = await stage.rollup.contracts.rollup.getAddress();
  return (await balanceOnL1(stage, token, address)) === owed;
}

function show(amount: bigint, token: Token): string {
  return `${formatAmount(amount, token)} ${token.symbol}`;
}
