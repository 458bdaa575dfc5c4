/** Computed worst-case costs of transactions, compared with the actual gas. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { toBeHex, ZeroAddress, ZeroHash } from "ethers";
import {
  type Create2Wallet,
  create2WalletAddress,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
  signChangePubKey,
} from "../../src/l1/authorization.ts";
import {
  COMMIT_BLOCK_COST,
  COMMIT_CALL_COST,
  commitCost,
  executeCost,
  type L1Cost,
  operationCost,
  payOutCost,
  proveCost,
  revertCost,
} from "../../src/l1/gas.ts";
import { connectRollup } from "../../src/l1/client.ts";
import type { StoredBlock } from "../../src/l1/types.ts";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { OPERATION_NAMES, type OperationName } from "../../src/operations/table.ts";
import { createRandom } from "../helpers/random.ts";
import { createRandomPublicOperation } from "../helpers/random-public-operation.ts";
import {
  createTestBlock,
  createTestRollup,
  kindOfSlots,
  latestTimestamp,
  type TestBlock,
  type TestRollup,
} from "../helpers/test-rollup.ts";

const random = createRandom();
/** Maximum ratio of a gas limit to the used gas, because a high limit reserves room of a block. */
const MARGIN_MAX = 1.5;
/** Gas of first writes to storage slots, which not every transaction makes. */
const FIRST_WRITES_GAS = 35_000;
const AUTHORIZATIONS = ["on chain", "EIP-712", "CREATE2"] as const;
type AuthorizationKind = (typeof AUTHORIZATIONS)[number];

const WALLET: Create2Wallet = {
  creator: toBeHex(0xc0ffee, 20),
  saltArgument: `0x${"a5".repeat(32)}`,
  codeHash: `0x${"5a".repeat(32)}`,
};

describe(`worst-case gas of L1 transactions (${random.title})`, () => {
  let fixture: TestRollup;
  beforeEach(async () => {
    fixture = await createTestRollup();
  });

  /** Sends a call with the computed gas limit, and checks the computed length. */
  async function send(call: string, args: readonly unknown[], cost: L1Cost): Promise<number> {
    const { rollup, validator } = fixture;
    const data = rollup.interface.encodeFunctionData(call as "commitBlocks", args as never);
    expect((data.length - 2) / 2).to.equal(cost.bytes);
    const to = await rollup.getAddress();
    const sent = await validator.sendTransaction({ to, data, gasLimit: cost.gas });
    const receipt = (await sent.wait())!;
    return Number(receipt.gasUsed);
  }

  function expectClose(cost: L1Cost, gasUsed: number): void {
    expect(cost.gas).to.be.within(gasUsed, MARGIN_MAX * gasUsed + FIRST_WRITES_GAS);
  }

  async function ask(type: OperationName): Promise<PublicOperation> {
    const { client, user } = fixture;
    const asUser = await connectRollup(client, user);
    const owner = BigInt(user.address);
    const amount = random.bigint(40) + 1n;
    if (type === "fullExit") {
      const accountId = random.int(4096);
      await asUser.requestFullExit(accountId, ZeroAddress);
      return { type, accountId, tokenId: 0, owner, amount: random.bigint(120) + 1n };
    }
    await asUser.depositEth(user.address, amount);
    if (type === "refund") return { type, tokenId: 0, owner, amount };
    return { type: "deposit", accountId: random.int(4096), tokenId: 0, owner, amount };
  }

  async function operationsOf(type: OperationName, count: number): Promise<PublicOperation[]> {
    const operations: PublicOperation[] = [];
    for (let i = 0; i < count; i++) {
      const isAsked = ["deposit", "refund", "fullExit"].includes(type);
      operations.push(isAsked ? await ask(type) : createRandomPublicOperation(random, type));
    }
    return operations;
  }

  async function changesOf(kind: AuthorizationKind, count: number) {
    const operations: PublicOperation[] = [];
    const authorizations: string[] = [];
    for (let i = 0; i < count; i++) {
      const change = createRandomPublicOperation(random, "changePubKey");
      const { owner, nonce, authorization } = await authorize(kind, change, i);
      operations.push({ ...change, owner, nonce });
      authorizations.push(authorization);
    }
    return { operations, authorizations };
  }

  async function authorize(
    kind: AuthorizationKind,
    { pubKeyHash, accountId }: PublicOperation<"changePubKey">,
    index: number,
  ) {
    const { client, user } = fixture;
    const owner = BigInt(user.address);
    if (kind === "on chain") {
      await (
        await connectRollup(client, user)
      ).setAuthPubKeyHash({
        pubKeyHash,
        accountId,
        nonce: index,
      });
      return { owner, nonce: index, authorization: ON_CHAIN_AUTHORIZATION };
    }
    if (kind === "EIP-712") {
      const claim = { pubKeyHash, accountId, nonce: index };
      return { owner, nonce: index, authorization: await signChangePubKey(user, client, claim) };
    }
    const wallet = BigInt(create2WalletAddress(WALLET, pubKeyHash));
    return { owner: wallet, nonce: 0, authorization: encodeCreate2Authorization(WALLET) };
  }

  async function commit(
    parent: StoredBlock,
    lists: readonly (readonly PublicOperation[])[],
    authorizations: readonly string[] = [],
  ) {
    const timestamp = await latestTimestamp(fixture);
    const blocks: TestBlock[] = [];
    for (const operations of lists) {
      const last = blocks.at(-1)?.storedBlock ?? parent;
      const options = {
        timestamp,
        kind: kindOfSlots(512),
        newStateRoot: random.field(),
        authorizations,
      };
      blocks.push(createTestBlock(fixture.client, last, operations, options));
    }
    const commitBlocks = blocks.map(({ commitBlock }) => commitBlock);
    const cost = commitCost(commitBlocks);
    const gasUsed = await send("commitBlocks", [parent, commitBlocks], cost);
    expectClose(cost, gasUsed);
    expectBounded(cost, lists, authorizations);
    return blocks;
  }

  /** Checks that the costs of the parts bound the cost of the whole. */
  function expectBounded(
    whole: L1Cost,
    lists: readonly (readonly PublicOperation[])[],
    authorizations: readonly string[],
  ): void {
    const bytes = (authorizations[0] ?? "0x").length / 2 - 1;
    const parts = [COMMIT_CALL_COST, ...lists.map(() => COMMIT_BLOCK_COST)];
    for (const operation of lists.flat()) parts.push(operationCost(operation, bytes).commit);
    const total = (unit: keyof L1Cost) => parts.reduce((sum, part) => sum + part[unit], 0);
    expect(total("gas")).to.be.at.least(whole.gas);
    expect(total("bytes")).to.be.at.least(whole.bytes);
    expect(total("gas") / whole.gas).to.be.at.most(MARGIN_MAX);
  }

  for (const type of OPERATION_NAMES) {
    if (type === "changePubKey" || type === "noop") continue;
    it(`of commits: ${type}`, async () => {
      const first = await commit(fixture.genesis, [await operationsOf(type, 1)]);
      const parent = first.at(-1)!.storedBlock;
      await commit(parent, [await operationsOf(type, 60), await operationsOf(type, 4)]);
    });
  }

  for (const kind of AUTHORIZATIONS) {
    it(`of commits: changePubKey authorized by ${kind}`, async () => {
      const { operations, authorizations } = await changesOf(kind, 64);
      const [one, ...others] = operations;
      const first = await commit(fixture.genesis, [[one!]], authorizations.slice(0, 1));
      await commit(first.at(-1)!.storedBlock, [others], authorizations.slice(1));
    });
  }

  it("of commits with truncated public data, which L1 refuses", () => {
    const block = createTestBlock(fixture.client, fixture.genesis, []);
    for (const pubdata of [new Uint8Array(), new Uint8Array(1), new Uint8Array([1, 0, 3])]) {
      expect(commitCost([{ ...block.commitBlock, pubdata }]).gas).to.be.above(21_000);
    }
  });

  it("of commits: empty blocks", async () => {
    const [first] = await commit(fixture.genesis, [[]]);
    await commit(first!.storedBlock, [[], [], [], [], [], [], [], []]);
  });

  it("of commits at the limit of L1", async () => {
    const { genesis } = fixture;
    const withdrawals = await operationsOf("withdraw", 512);
    await commit(genesis, [withdrawals, withdrawals, withdrawals, withdrawals]);
  });

  describe("with recipients that burn all gas", () => {
    let blocks: TestBlock[];
    let burners: string[];

    beforeEach(async () => {
      const { rollup, ethers, client, genesis } = fixture;
      const balance = [await rollup.getAddress(), toBeHex(10n ** 30n)];
      await ethers.provider.send("hardhat_setBalance", balance);
      burners = Array.from({ length: 40 }, () => toBeHex(random.bigint(159) | (1n << 150n), 20));
      for (const address of burners) {
        await ethers.provider.send("hardhat_setCode", [address, "0xfe"]);
      }
      const withdrawals = burners.map((address): PublicOperation => ({
        type: "withdraw",
        accountId: 1,
        tokenId: 0,
        fee: 0n,
        recipient: BigInt(address),
        amount: 5n,
      }));
      blocks = await commit(genesis, [withdrawals.slice(0, 30), withdrawals.slice(30)]);
      await client.proveBlocks(blocks.map(({ proveBlock }) => proveBlock));
    });

    const listOf = ({ payouts }: TestBlock) =>
      payouts.map((payout) => ({ ...payout, recipient: toBeHex(payout.recipient, 20) }));

    async function expectAllMade(): Promise<void> {
      for (const address of burners) {
        expect(await fixture.rollup.pendingBalance(address, ZeroAddress)).to.equal(5n);
      }
    }

    it("of executions", async () => {
      const cost = executeCost(blocks.map(({ payouts }) => payouts.length));
      const structs = blocks.map((block) => {
        return { storedBlock: block.storedBlock, payouts: listOf(block) };
      });
      expectClose(cost, await send("executeBlocks", [structs], cost));
      await expectAllMade();
    });

    it("of executions without payouts, and of later payouts", async () => {
      const cost = executeCost([0, 0]);
      const structs = blocks.map(({ storedBlock }) => ({ storedBlock, payouts: [] }));
      expectClose(cost, await send("executeBlocks", [structs], cost));
      for (const block of blocks) {
        const list = listOf(block);
        for (const [first, count] of [
          [0, 7],
          [7, list.length - 7],
        ] as const) {
          const payOut = payOutCost(list.length, count);
          const args = [block.storedBlock, list, first, count];
          expectClose(payOut, await send("payOut", args, payOut));
        }
      }
      await expectAllMade();
    });
  });

  it("of reverts", async () => {
    const blocks = await commit(fixture.genesis, [[], [], [], []]);
    const reverted = blocks.map(({ storedBlock }) => storedBlock).toReversed();
    await send("revertBlocks", [reverted], revertCost(reverted.length));
  });

  it("of proofs, compared with the committed baseline", () => {
    const file = join(import.meta.dirname, "../bench/gas.json");
    const { proofBatches } = JSON.parse(readFileSync(file, "utf8")) as {
      proofBatches: { proofs: number; calldataBytes: number; executionGas: number }[];
    };
    for (const { proofs, calldataBytes, executionGas } of proofBatches) {
      const { gas, bytes } = proveCost(proofs, 1);
      expect(bytes).to.equal(calldataBytes);
      expectClose({ gas, bytes }, 21_000 + executionGas + 13 * calldataBytes);
    }
  });

  it("of proofs, at least those of the mock verifier", async () => {
    const { genesis } = fixture;
    const blocks = await commit(genesis, [[], []]);
    const claims = blocks.map(({ proveBlock: { kind, digest, z, y, proof } }) => {
      return { kind, digest, z, y, proof };
    });
    await send("proveBlocks", [ZeroHash, blocks.at(-1)!.storedBlock, claims], proveCost(2));
  });
});
