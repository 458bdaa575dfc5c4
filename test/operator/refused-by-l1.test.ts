/** The operator's reaction to each fact of L1 that can change between acceptance and commit. */
import { getCreate2Address, keccak256, concat, toBeHex } from "ethers";
import { expect } from "chai";
import {
  type Create2Wallet,
  encodeCreate2Authorization,
  ON_CHAIN_AUTHORIZATION,
} from "../../src/l1/authorization.ts";
import type { TransactionReceipt } from "../../src/operator/ledger/receipts.ts";
import { TIMESTAMP_LAG_MAX_SECONDS } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  type Draft,
  type OperatorWorld,
  setSigningKey,
  signBatch,
  signFor,
  submit,
  User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const TRANSFER: Draft = { type: "transfer", tokenId: 0, recipient: 5n, amount: 100n };
const DAY = 24n * 60n * 60n;
const HOSTILE = 5;

interface World extends OperatorWorld {
  readonly alice: User;
}

async function createWorld(): Promise<World> {
  const world = await createOperatorWorld({ preset: PRESETS.dev });
  const alice = await createFundedUser(world, random);
  await world.operator.processBlocks();
  return { ...world, alice };
}

function commits({ l1 }: OperatorWorld): number {
  return l1.calls.filter((call) => call === "commitBlocks").length;
}

function rejections({ operator }: OperatorWorld, receipts: readonly TransactionReceipt[]) {
  return receipts.map(({ hash }) => operator.receipt(hash)?.rejection?.code);
}

/** Accounts whose keys are set by facts on L1. */
async function setKeysByFacts(world: World, count: number) {
  const users = Array.from({ length: count }, () => new User(random));
  for (const { address } of users) await deposit(world, address, 1n);
  await world.operator.processBlocks();
  const receipts: TransactionReceipt[] = [];
  for (const user of users) receipts.push(await setSigningKey(world, user, "onchain"));
  return { users, receipts };
}

/** Returns the place of an item's fact on L1. */
function placeOf(user: User, { accountId, nonce }: TransactionReceipt) {
  return { owner: user.address, accountId, nonce };
}

describe(`operator: facts on L1 that can be replaced (${random.title})`, () => {
  it("AUTHORIZATION_INVALID: a fact with an armed reset authorizes nothing", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const bob = new User(random);
    await deposit(world, bob.address, 1n);
    const signed = signFor(world, bob, { type: "changePubKey", tokenId: 0 });
    const { accountId, nonce } = signed;
    const place = { owner: bob.address, accountId, nonce };
    l1.authorize({ ...place, pubKeyHash: bob.signer.pubKeyHash });
    const availableAt = l1.timestamp + DAY;
    l1.startReset({ ...place, availableAt });
    await operator.syncL1();
    const error = expectCode("AUTHORIZATION_INVALID", () =>
      operator.submit(signed, ON_CHAIN_AUTHORIZATION),
    );
    expect(error.message).to.contain("reset");
    // A reset that is not done in time needs another announcement and another day.
    l1.increaseTime(DAY + DAY);
    await operator.syncL1();
    expectCode("AUTHORIZATION_INVALID", () => operator.submit(signed, ON_CHAIN_AUTHORIZATION));
    l1.increaseTime(2n);
    await operator.syncL1();
    expect(operator.submit(signed, ON_CHAIN_AUTHORIZATION).status).to.equal("accepted");
  });

  it("commits in time what was accepted before the reset was armed", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const { users, receipts } = await setKeysByFacts(world, 1);
    const availableAt = l1.timestamp + DAY;
    l1.startReset({ ...placeOf(users[0]!, receipts[0]!), availableAt });
    l1.increaseTime(60);
    await operator.processBlocks();
    expect(operator.receipt(receipts[0]!.hash)?.status).to.equal("executed");
  });

  it("rejects in time what could not be committed, and only what depends on it", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const { users, receipts } = await setKeysByFacts(world, 2);
    const transfer = submit(world, alice, TRANSFER);
    const later = submit(world, users[0]!, { ...TRANSFER, amount: 1n });
    const availableAt = l1.timestamp + DAY;
    l1.startReset({ ...placeOf(users[0]!, receipts[0]!), availableAt });
    l1.failNext("commitBlocks");
    await expectRejection("BLOCK_STEP_FAILED", operator.processBlocks());
    l1.increaseTime(DAY - 600n);
    const before = commits(world);
    await operator.processBlocks();
    expect(commits(world) - before, "L1 has refused nothing").to.equal(1);
    expect(rejections(world, receipts)).to.deep.equal(["AUTHORIZATION_INVALID", undefined]);
    expect(rejections(world, [later])).to.deep.equal(["NONCE_MISMATCH"]);
    expect(operator.receipt(transfer.hash)?.status).to.equal("executed");
    expect(operator.receipt(receipts[1]!.hash)?.status).to.equal("executed");
  });

  it(`loses one commit to ${HOSTILE} owners who replace their keys just before it is mined`, async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const { users, receipts } = await setKeysByFacts(world, HOSTILE);
    const transfer = submit(world, alice, TRANSFER);
    const requestId = await deposit(world, 9n, 7n);
    for (const [index, user] of users.entries()) {
      l1.startReset({ ...placeOf(user, receipts[index]!), availableAt: l1.timestamp + 7200n });
    }
    const before = commits(world);
    let next = 0;
    l1.beforeInclusion = (call) => {
      const user = users[next];
      if (call !== "commitBlocks" || user === undefined) return;
      l1.authorize({ ...placeOf(user, receipts[next]!), pubKeyHash: 1n });
      next++;
    };
    await operator.processBlocks();
    expect(commits(world) - before).to.equal(2);
    expect(new Set(rejections(world, receipts))).to.deep.equal(new Set(["AUTHORIZATION_INVALID"]));
    expect(operator.receipt(transfer.hash)?.status).to.equal("executed");
    expect(operator.requestReceipt(requestId)?.status).to.equal("executed");
    expect(operator.obstacle).to.equal(undefined);
  });

  it("rejects the whole batch of a refused transaction", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const bob = new User(random);
    await deposit(world, bob.address, 1n);
    const batch = signBatch(world, [
      [bob, { type: "changePubKey", tokenId: 0 }],
      [alice, TRANSFER],
    ]);
    const { accountId, nonce } = batch[0]!;
    const place = { owner: bob.address, accountId, nonce };
    l1.authorize({ ...place, pubKeyHash: bob.signer.pubKeyHash });
    await operator.syncL1();
    const receipts = operator.submitBatch(
      batch.map((transaction, index) => {
        return { transaction, authorization: index === 0 ? ON_CHAIN_AUTHORIZATION : "0x" };
      }),
    );
    l1.beforeInclusion = () => {
      l1.beforeInclusion = undefined;
      l1.authorize({ ...place, pubKeyHash: 1n });
    };
    await operator.processBlocks();
    expect(rejections(world, receipts)).to.deep.equal(["BATCH_BROKEN", "BATCH_BROKEN"]);
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
  });
});

describe(`operator: consent by CREATE2 (${random.title})`, () => {
  function createWallet(user: User): { wallet: Create2Wallet; address: bigint } {
    const wallet = {
      creator: user.l1.address,
      saltArgument: toBeHex(1, 32),
      codeHash: keccak256("0x60"),
    };
    const salt = keccak256(concat([wallet.saltArgument, toBeHex(user.signer.pubKeyHash, 32)]));
    return { wallet, address: BigInt(getCreate2Address(wallet.creator, salt, wallet.codeHash)) };
  }

  async function createWallets(world: World, count: number) {
    const wallets = Array.from({ length: count }, () => {
      const user = new User(random);
      return { user, ...createWallet(user) };
    });
    for (const { address } of wallets) await deposit(world, address, 5n);
    await world.operator.processBlocks();
    return wallets.map(({ user, wallet, address }) => {
      const accountId = world.operator.state.accountIdOf(address)!;
      const draft = { type: "changePubKey", tokenId: 0, accountId, nonce: 0 } as const;
      const transaction = signFor(world, user, draft);
      return { address, transaction, authorization: encodeCreate2Authorization(wallet) };
    });
  }

  it("AUTHORIZATION_INVALID: the wallet is deployed already", async () => {
    const world = await createWorld();
    const [wallet] = await createWallets(world, 1);
    world.l1.deployAt(wallet!.address);
    await expectRejection("AUTHORIZATION_INVALID", world.operator.receiveBatch([wallet!]));
  });

  it("sends L1 no call for a key that does not match the wallet's address", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const [own, other] = await createWallets(world, 2);
    let questions = 0;
    const hasCode = l1.hasCode.bind(l1);
    l1.hasCode = (address) => {
      questions++;
      return hasCode(address);
    };
    const foreign = { ...own!, authorization: other!.authorization };
    await expectRejection("AUTHORIZATION_INVALID", operator.receiveBatch([foreign]));
    expect(questions).to.equal(0);
    await operator.receiveBatch([own!]);
    expect(questions).to.equal(1);
    await operator.receiveBatch([own!]);
    expect(questions).to.equal(1);
  });

  it("sends L1 no call for a key that another rule refuses", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const user = new User(random);
    const { wallet, address } = createWallet(user);
    await deposit(world, address, 5n);
    await operator.processBlocks();
    const accountId = operator.state.accountIdOf(address)!;
    let questions = 0;
    l1.hasCode = () => {
      questions++;
      return Promise.resolve(false);
    };
    const draft = { type: "changePubKey", tokenId: 0, accountId, nonce: 0, fee: 6n } as const;
    const transaction = signFor(world, user, draft);
    const authorization = encodeCreate2Authorization(wallet);
    const refused = operator.receiveBatch([{ transaction, authorization }]);
    await expectRejection("INSUFFICIENT_BALANCE", refused);
    expect(questions).to.equal(0);
  });

  it("rejects the key of a wallet that was deployed in time, without a failed commit", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const [one, other] = await createWallets(world, 2);
    const [deployed] = await operator.receiveBatch([one!]);
    const [kept] = await operator.receiveBatch([other!]);
    l1.deployAt(one!.address);
    const before = commits(world);
    await operator.processBlocks();
    expect(commits(world) - before).to.equal(1);
    expect(rejections(world, [deployed!])).to.deep.equal(["AUTHORIZATION_INVALID"]);
    expect(operator.receipt(kept!.hash)?.status).to.equal("executed");
    const [late] = await createWallets(world, 1);
    const [receipt] = await operator.receiveBatch([late!]);
    expect(receipt?.status).to.equal("accepted");
  });

  it(`loses one commit to ${HOSTILE} wallets that are deployed just before it is mined`, async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const wallets = await createWallets(world, HOSTILE);
    const receipts: TransactionReceipt[] = [];
    for (const wallet of wallets) receipts.push(...(await operator.receiveBatch([wallet])));
    const transfer = submit(world, alice, TRANSFER);
    const before = commits(world);
    const undeployed = wallets.map(({ address }) => address);
    l1.beforeInclusion = (call) => {
      const address = undeployed[0];
      if (call !== "commitBlocks" || address === undefined) return;
      l1.deployAt(undeployed.shift()!);
    };
    await operator.processBlocks();
    expect(commits(world) - before).to.equal(2);
    expect(new Set(rejections(world, receipts))).to.deep.equal(new Set(["AUTHORIZATION_INVALID"]));
    expect(operator.receipt(transfer.hash)?.status).to.equal("executed");

    // Another one is accepted only after a pause.
    l1.beforeInclusion = undefined;
    const [late] = await createWallets(world, 1);
    await expectRejection("AUTHORIZATION_INVALID", operator.receiveBatch([late!]));
    l1.increaseTime(600);
    await operator.syncL1();
    const [receipt] = await operator.receiveBatch([late!]);
    await operator.processBlocks();
    expect(operator.receipt(receipt!.hash)?.status).to.equal("executed");
  });
});

describe(`operator: L1 that changes before a commit is mined (${random.title})`, () => {
  /** Runs an action once, when the next commit has been sent. */
  function beforeCommit({ l1 }: World, action: () => void | Promise<void>): void {
    l1.beforeInclusion = (call) => {
      if (call !== "commitBlocks") return;
      l1.beforeInclusion = undefined;
      return action();
    };
  }

  it("rebuilds blocks whose timestamp L1 no longer accepts", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const { hash } = submit(world, alice, TRANSFER);
    beforeCommit(world, () => l1.increaseTime(TIMESTAMP_LAG_MAX_SECONDS + 1));
    const [block] = await operator.processBlocks();
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(block!.applied.block.timestamp).to.equal(l1.timestamp);
  });

  it("follows a reorg that gives it other requests to serve", async () => {
    const world = await createWorld();
    const { l1, operator } = world;
    const snapshot = l1.snapshot();
    await deposit(world, 8n, 1n);
    beforeCommit(world, () => {
      l1.revert(snapshot);
      l1.request({ type: "deposit", owner: 9n, tokenId: 0, amount: 2n });
    });
    await operator.processBlocks();
    expect(operator.state.accountIdOf(8n)).to.equal(undefined);
    expect(operator.state.balance(operator.state.accountIdOf(9n)!, 0)).to.equal(2n);
    expect(l1.statuses.at(-1)).to.equal("executed");
  });

  it("OPERATOR_NOT_ACCEPTING: it is no longer a validator, until it is one again", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const { hash } = submit(world, alice, TRANSFER);
    beforeCommit(world, () => l1.setValidator("the operator", false));
    await expectRejection("OPERATOR_NOT_ACCEPTING", operator.processBlocks());
    const error = expectCode("OPERATOR_NOT_ACCEPTING", () => submit(world, alice, TRANSFER));
    expect(error.message).to.contain("no validator");
    l1.setValidator("the operator", true);
    await operator.processBlocks();
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
  });

  it("BLOCKS_UNKNOWN: another validator has committed, until that is reverted", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const { hash } = submit(world, alice, TRANSFER);
    l1.setValidator("another", true);
    beforeCommit(world, () => commitAsAnother(world));
    await expectRejection("BLOCKS_UNKNOWN", operator.processBlocks());
    expectCode("BLOCKS_UNKNOWN", () => submit(world, alice, TRANSFER));
    await expectRejection("BLOCKS_UNKNOWN", operator.processBlocks());
    expect(l1.statuses.at(-1), "the other one's block stands").to.equal("committed");
    await l1.revertBlocks([await l1.readStoredBlock(l1.statuses.length)]);
    await operator.processBlocks();
    expect(operator.receipt(hash)?.status).to.equal("executed");
    expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
  });

  /** Another operator, started from what is executed, commits a deposit. */
  async function commitAsAnother({ l1, operator, prover }: World): Promise<void> {
    const { Operator } = await import("../../src/operator/operator.ts");
    const last = operator.blocks.findLast(({ status }) => status === "executed")!;
    const storedBlock = await l1.readStoredBlock(last.applied.block.blockNumber);
    l1.request({ type: "deposit", owner: 9n, tokenId: 0, amount: 2n });
    const another = await Operator.create({
      preset: operator.preset,
      feeAccountAddress: 0xfeen,
      prover,
      l1: l1.as("another"),
      start: { state: last.applied.state, storedBlock, nextRequestId: 1 },
    });
    await another.processBlocks("committed");
  }

  it("ROLLUP_IN_EXODUS: the exodus has started", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    submit(world, alice, TRANSFER);
    beforeCommit(world, () => l1.beginExodus());
    await expectRejection("ROLLUP_IN_EXODUS", operator.processBlocks());
    expectCode("ROLLUP_IN_EXODUS", () => submit(world, alice, TRANSFER));
  });

  it("PROTOCOL_DIGEST_MISMATCH: the contract has been upgraded, until it is as before", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const { hash } = submit(world, alice, TRANSFER);
    const { deployment } = l1;
    l1.deployment = { ...deployment, protocolDigest: "0x00" };
    const before = commits(world);
    await expectRejection("PROTOCOL_DIGEST_MISMATCH", operator.processBlocks());
    expect(commits(world)).to.equal(before);
    expectCode("PROTOCOL_DIGEST_MISMATCH", () => submit(world, alice, TRANSFER));
    l1.deployment = deployment;
    await operator.processBlocks();
    expect(operator.receipt(hash)?.status).to.equal("executed");
  });

  for (const error of ["CommitNotDirect", "CalldataNotCanonical"]) {
    it(`OPERATOR_NOT_ACCEPTING: ${error}, also after more attempts`, async () => {
      const world = await createWorld();
      const { l1, operator, alice } = world;
      const { hash } = submit(world, alice, TRANSFER);
      l1.refuseNext("commitBlocks", error);
      await expectRejection("BLOCK_STEP_FAILED", operator.processBlocks());
      const refused = expectCode("OPERATOR_NOT_ACCEPTING", () => submit(world, alice, TRANSFER));
      expect(refused.message).to.contain(error);
      await operator.processBlocks();
      expect(operator.receipt(hash)?.status).to.equal("executed");
      expect(submit(world, alice, TRANSFER).status).to.equal("accepted");
    });
  }

  it("proves and executes committed blocks, although a commit is refused", async () => {
    const world = await createWorld();
    const { l1, operator, alice } = world;
    const first = submit(world, alice, TRANSFER);
    await operator.processBlocks("committed");
    submit(world, alice, TRANSFER);
    l1.failNext("commitBlocks");
    await expectRejection("BLOCK_STEP_FAILED", operator.processBlocks());
    expect(operator.receipt(first.hash)?.status).to.equal("executed");
  });
});
