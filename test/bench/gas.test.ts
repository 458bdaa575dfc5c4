/**
 * Gas of L1 against the committed baseline `gas.json`. After a change on purpose write it anew:
 * `ROLLUP_BENCH=dump npx hardhat test mocha test/bench/gas.test.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type ContractTransactionResponse, ZeroAddress } from "ethers";
import { toChecksumAddress } from "../../src/l1/addresses.ts";
import { ON_CHAIN_AUTHORIZATION, signChangePubKey } from "../../src/l1/authorization.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/ops/operation.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createRandomPublicOperation } from "../helpers/random-public-operation.ts";
import { createRandom } from "../helpers/random.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const BASELINE = join(import.meta.dirname, "gas.json");
const SLOTS = 64;
/** The price of an operation is that of this many more of it in a block, divided by as many. */
const SAMPLES = 8;
/** Calldata is priced by its bytes, so operations and times must be the same in every run. */
const random = createRandom("gas");
const START_TIME = 2_000_000_000;

/** A kind of operation; `index` counts through the whole test, so that no two are the same. */
interface Kind {
  readonly operation: (index: number) => PublicOperation;
  readonly authorization?: (index: number) => Promise<string>;
  /** Asks for the operation on L1. */
  readonly request?: (index: number) => Promise<unknown>;
}

interface PhaseGas {
  readonly commit: number;
  readonly prove: number;
  readonly execute: number;
}

describe("Gas of L1", () => {
  let fixture: TestRollup;
  let last: StoredBlock;
  let index = 0;

  /** A new rollup with money of its own and of the user's. */
  async function start(): Promise<void> {
    fixture = await createTestRollup("MockVerifier", { preset: PRESETS.full });
    const { rollup, ethers, networkHelpers, governor, user } = fixture;
    last = fixture.genesis;
    await networkHelpers.time.setNextBlockTimestamp(START_TIME);
    const token = await ethers.deployContract("TestToken", ["Test", "TST"]);
    await rollup.connect(governor).listToken(token);
    for (const holder of [user.address, rollup]) await token.mint(holder, 10n ** 30n);
    await token.connect(user).approve(rollup, 10n ** 30n);
    await networkHelpers.setBalance(await rollup.getAddress(), 10n ** 30n);
  }

  async function gasOf(sent: Promise<ContractTransactionResponse>): Promise<number> {
    const receipt = await (await sent).wait();
    return Number(receipt!.gasUsed);
  }

  /** Runs a block of `count` operations of a kind through its phases. */
  async function phases(kind: Kind, count: number): Promise<PhaseGas> {
    const { rollup } = fixture;
    const indices = Array.from({ length: count }, () => index++);
    for (const each of indices) await kind.request?.(each);
    const authorizations: string[] = [];
    for (const each of kind.authorization ? indices : []) {
      authorizations.push(await kind.authorization!(each));
    }
    const options = { timestamp: await latestTimestamp(fixture), slots: SLOTS };
    const newStateRoot = random.field();
    const operations = indices.map(kind.operation);
    const block = createTestBlock(last, operations, { ...options, newStateRoot });
    const { commitBlock, proveBlock, storedBlock } = block;
    const payouts = block.payouts.map(({ recipient, ...payout }) => ({
      ...payout,
      recipient: toChecksumAddress(recipient),
    }));
    const proof = [...proveBlock.proof];
    const gas = {
      commit: await gasOf(rollup.commitBlocks(last, [{ ...commitBlock, authorizations }])),
      prove: await gasOf(rollup.proveBlocks([{ ...proveBlock, proof }])),
      execute: await gasOf(rollup.executeBlocks([{ storedBlock, payouts }])),
    };
    last = storedBlock;
    return gas;
  }

  /** What one more operation of a kind costs in each phase. */
  async function perOperation(kind: Kind): Promise<PhaseGas> {
    await phases(kind, 1); // So that no storage slot of the contract is written for the first time.
    const few = await phases(kind, SAMPLES);
    const many = await phases(kind, 2 * SAMPLES);
    const price = (phase: keyof PhaseGas) => Math.round((many[phase] - few[phase]) / SAMPLES);
    return { commit: price("commit"), prove: price("prove"), execute: price("execute") };
  }

  function kinds(): { readonly [name: string]: Kind } {
    const { rollup, user, client } = fixture;
    const owner = BigInt(user.address);
    const amount = 10n ** 18n;
    const caller = rollup.connect(user);
    const recipient = (each: number) => owner + BigInt(each);
    const change = (nonce: number) =>
      ({ type: "changePubKey", accountId: 9, tokenId: 0, fee: 10n, nonce, owner }) as const;
    const withPubKeyHash = (each: number) => ({ ...change(each), pubKeyHash: 2n ** 250n });
    const withdraw = { type: "withdraw", accountId: 9, fee: 10n ** 14n, amount } as const;
    const anyOf = (type: "transfer" | "transferToNew") => ({
      operation: () => createRandomPublicOperation(random, type),
    });
    return {
      transfer: anyOf("transfer"),
      transferToNew: anyOf("transferToNew"),
      deposit: {
        request: () => caller.depositEth(user.address, { value: amount }),
        operation: () => ({ type: "deposit", accountId: 9, tokenId: 0, owner, amount }),
      },
      withdrawEth: {
        operation: (each) => ({ ...withdraw, tokenId: 0, recipient: recipient(each) }),
      },
      withdrawErc20: {
        operation: (each) => ({ ...withdraw, tokenId: 1, recipient: recipient(each) }),
      },
      fullExit: {
        request: () => caller.requestFullExit(9, ZeroAddress),
        operation: () => ({ type: "fullExit", accountId: 9, tokenId: 0, owner, amount }),
      },
      changePubKeyEip712: {
        authorization: (nonce) =>
          signChangePubKey(user, client, { pubKeyHash: 2n ** 250n, nonce, accountId: 9 }),
        operation: withPubKeyHash,
      },
      changePubKeyOnChain: {
        request: (nonce) => caller.setAuthPubKeyHash(2n ** 250n, nonce),
        authorization: () => Promise.resolve(ON_CHAIN_AUTHORIZATION),
        operation: withPubKeyHash,
      },
      refund: {
        request: () => caller.depositEth(user.address, { value: amount }),
        operation: () => ({ type: "refund", tokenId: 0, owner, amount }),
      },
    };
  }

  /** What users pay for their calls of L1, beyond the first of each. */
  async function userCalls(): Promise<Record<string, number>> {
    const { rollup, user } = fixture;
    const caller = rollup.connect(user);
    const token = await rollup.tokenAddress(1);
    const calls = {
      depositEth: () => caller.depositEth(user.address, { value: 10n ** 18n }),
      depositErc20: () => caller.depositErc20(token, 10n ** 18n, user.address),
      requestFullExit: () => caller.requestFullExit(9, ZeroAddress),
    };
    const gas: Record<string, number> = {};
    for (const [name, call] of Object.entries(calls)) {
      await call();
      gas[name] = await gasOf(call());
    }
    return gas;
  }

  it("is what it was", async () => {
    await start();
    const emptyBlock = { operation: () => ({ type: "noop" }) as const };
    await phases(emptyBlock, 0);
    const measured: Record<string, unknown> = {
      emptyBlock: await phases(emptyBlock, 0),
      userCalls: await userCalls(),
    };
    for (const name of Object.keys(kinds())) {
      await start();
      measured[name] = await perOperation(kinds()[name]!);
    }
    if (process.env["ROLLUP_BENCH"] === "dump") {
      writeFileSync(BASELINE, `${JSON.stringify(measured, null, 2)}\n`);
    }
    expect(measured).to.deep.equal(JSON.parse(readFileSync(BASELINE, "utf8")));
  });
});
