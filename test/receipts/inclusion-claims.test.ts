/** The bond pays for broken promises at acceptance, and for nothing else. */
import { expect } from "chai";
import { keccak256, toBeHex, Wallet, ZeroAddress } from "ethers";
import type { PublicOperation } from "../../src/operations/operation.ts";
import { accountCapacity, PRESETS } from "../../src/protocol/presets.ts";
import {
  type AccountPath,
  accountPath,
  findBreach,
} from "../../src/receipts/inclusion-evidence.ts";
import {
  type Inclusion,
  inclusionHash,
  inclusionOf,
  type SignedInclusion,
  signInclusions,
} from "../../src/receipts/inclusion.ts";
import { type ExecutedBlock, signSealedBlock } from "../../src/receipts/sealed-block.ts";
import { BOND, BURNED, expectRevert, PENALTY } from "../helpers/bond-world.ts";
import {
  ADDRESSES,
  ALICE,
  BOB,
  CAROL,
  createInclusionWorld,
  type Executed,
  FIRST,
  type InclusionWorld,
  pay,
  signedByAlice,
  SLOTS,
  UNUSED,
} from "../helpers/inclusion-world.ts";
import { createRandom } from "../helpers/random.ts";
import { createTestRollup } from "../helpers/test-rollup.ts";

const random = createRandom();
/** An id without an account. */
const NOBODY = 70;
const LATE = 2 ** 32 - 1;

describe(`receipts: claims of promises at acceptance, ${random.title}`, () => {
  let world: InclusionWorld;
  before(async () => {
    world = await createInclusionWorld(() => random.int(9));
  });
  let reset: { restore(): Promise<void> };
  beforeEach(async () => {
    reset = await world.networkHelpers.takeSnapshot();
  });
  afterEach(() => reset.restore());

  const late = (
    signed: SignedInclusion,
    changes: Partial<AccountPath> = {},
    block = world.first,
  ) => {
    const account = accountPath(block.state, signed.inclusion.accountId);
    return [signed, block.storedBlock, { ...account, ...changes }] as const;
  };
  interface Replaced {
    readonly block: Executed;
    readonly evidence: ExecutedBlock;
    readonly pubdata: Uint8Array;
    readonly slot: number;
    readonly account: AccountPath;
    readonly payee: AccountPath;
  }
  const replaced = (signed: SignedInclusion, changes: Partial<Replaced> = {}) => {
    const { block = world.first } = changes;
    const all: Replaced = {
      block,
      evidence: block.evidence,
      pubdata: block.pubdata,
      slot: SLOTS[signed.inclusion.nonce] ?? 1,
      account: accountPath(block.state, signed.inclusion.accountId),
      payee: accountPath(block.state, BOB),
      ...changes,
    };
    return [signed, all.evidence, all.pubdata, all.slot, all.account, all.payee] as const;
  };
  const refusedLate = (error: string, ...args: unknown[]) =>
    expectRevert(world, error, world.bond.claimLate.staticCall(...args));
  const refusedReplaced = (error: string, ...args: unknown[]) =>
    expectRevert(world, error, world.bond.claimReplaced.staticCall(...args));

  it("pay half of the penalty for a nonce that is not used when it is due, and only once", async () => {
    const { bond, sign, user, ethers } = world;
    const signed = await sign(signedByAlice(UNUSED));
    const before = await ethers.provider.getBalance(user.address);
    const sent = await bond.connect(user).claimLate(...late(signed));
    await expect(sent)
      .to.emit(bond, "InclusionBroken")
      .withArgs(hashOf(signed.inclusion), 1, user.address, PENALTY / 2n, PENALTY / 2n);
    const { fee } = (await sent.wait())!;
    expect(await ethers.provider.getBalance(user.address)).to.equal(before + PENALTY / 2n - fee);
    expect(await ethers.provider.getBalance(BURNED)).to.equal(PENALTY / 2n);
    expect(await ethers.provider.getBalance(await bond.getAddress())).to.equal(BOND - PENALTY);
    await refusedLate("InclusionClaimedAlready", ...late(signed));
    // Nor when another group has the same promise, or another block breaks it.
    const again = await sign(signed.inclusion, { dueBlock: 0 });
    await refusedLate("InclusionClaimedAlready", ...late(again));
    const second = await world.run([pay(BOB, CAROL, 1n)], world.first);
    await refusedLate("InclusionClaimedAlready", ...late(signed, {}, second));
    await refusedReplaced("InclusionClaimedAlready", ...replaced(signed));
    // Another promise about the same nonce has another holder.
    await bond.connect(user).claimLate(...late(await sign(signedByAlice(UNUSED, { amount: 1n }))));
  });

  it("pay for a nonce that another operation uses, and only once", async () => {
    const { bond, sign, user } = world;
    const signed = await sign(signedByAlice(4, { amount: 501n }));
    await expect(bond.connect(user).claimReplaced(...replaced(signed)))
      .to.emit(bond, "InclusionBroken")
      .withArgs(hashOf(signed.inclusion), 1, user.address, PENALTY / 2n, PENALTY / 2n);
    await refusedReplaced("InclusionClaimedAlready", ...replaced(signed));
  });

  it("pay nothing while the nonce is used by what was promised", async () => {
    const { sign, first } = world;
    for (const nonce of [4, 5, 6, 7]) {
      const signed = await sign(signedByAlice(nonce));
      await refusedReplaced("InclusionKept", ...replaced(signed));
      if (nonce === 7) await refusedLate("InclusionKept", ...late(signed));
      expect(findBreach(signed, first)).to.equal(undefined);
    }
  });

  it("compare all that is signed and public", async () => {
    const { sign, bond, first } = world;
    const somebody = "0x00000000000000000000000000000000000000AA";
    for (const nonce of [4, 5, 6, 7]) {
      const { op } = signedByAlice(nonce);
      for (const change of [
        { op: op + 1 },
        { tokenId: 2 },
        { recipient: somebody },
        { amount: 21n },
      ]) {
        const signed = await sign(signedByAlice(nonce, change));
        await bond.claimReplaced.staticCall(...replaced(signed));
        const breach = findBreach(signed, first);
        expect(breach).to.include({ type: "replaced", slot: SLOTS[nonce] });
      }
    }
  });

  it("ask for what is due by its number or by its time", async () => {
    const { sign, bond, timestamp } = world;
    const claim = async (dueBlock: number, dueAt: bigint) => {
      const signed = await sign(signedByAlice(UNUSED), { dueBlock, dueAt });
      return { signed, call: bond.claimLate.staticCall(...late(signed)) };
    };
    const never = 2n ** 64n - 1n;
    await (
      await claim(1, never)
    ).call;
    await (
      await claim(LATE, timestamp)
    ).call;
    for (const [dueBlock, dueAt] of [
      [2, timestamp + 1n],
      [2, never],
      [LATE, timestamp + 1n],
    ] as const) {
      const { signed, call } = await claim(dueBlock, dueAt);
      await expectRevert(world, "InclusionNotDue", call);
      expect(findBreach(signed, world.first)).to.equal(undefined);
    }
  });

  it("excuse what has expired", async () => {
    const { sign, bond, timestamp, first } = world;
    const [ends, lasts] = [{ validUntil: timestamp - 1n }, { validUntil: timestamp }];
    const expired = await sign(signedByAlice(UNUSED, ends));
    await refusedLate("InclusionExpired", ...late(expired));
    expect(findBreach(expired, first)).to.equal(undefined);
    await bond.claimLate.staticCall(...late(await sign(signedByAlice(UNUSED, lasts))));
    // The nonce is free again for what the account signs instead.
    const other = await sign(signedByAlice(4, { ...ends, amount: 501n }));
    await refusedReplaced("InclusionExpired", ...replaced(other));
    const lasting = await sign(signedByAlice(4, { ...lasts, amount: 501n }));
    await bond.claimReplaced.staticCall(...replaced(lasting));
  });

  it("are void if L1 has another block in the place of the anchor", async () => {
    const { sign, due, bond, networkHelpers } = world;
    const orphan = { anchorHash: keccak256("0x04") };
    const signed = await sign(signedByAlice(UNUSED), orphan);
    const other = await sign(signedByAlice(4, { amount: 501n }), orphan);
    await refusedLate("PromiseVoid", ...late(signed));
    await refusedReplaced("PromiseVoid", ...replaced(other));
    await bond.keepAnchor(due.anchorNumber);
    await networkHelpers.mine(300);
    await refusedLate("PromiseVoid", ...late(signed));
  });

  it("need the signature of this bond's signer for this bond", async () => {
    const { sign, deploy, client, key, identity, due } = world;
    const inclusion = signedByAlice(UNUSED);
    const signed = await sign(inclusion);
    const twin = await deploy(client.rollupAddress, key.address);
    await expectRevert(world, "SignatureInvalid", twin.claimLate.staticCall(...late(signed)));
    const elsewhere = { ...identity, chainId: identity.chainId + 1n };
    for (const by of [{ signer: Wallet.createRandom() }, { bond: elsewhere }]) {
      await refusedLate("SignatureInvalid", ...late(await sign(inclusion, {}, by)));
      await refusedReplaced("SignatureInvalid", ...replaced(await sign(inclusion, {}, by)));
    }
    // A promise about a block is none about a transaction, though its words fit.
    const { anchorNumber, anchorHash } = due;
    const sealed = { blockNumber: 1, pubdataHash: hashOf(inclusion), anchorNumber, anchorHash };
    const signature = await signSealedBlock(key, identity, sealed);
    await refusedLate("SignatureInvalid", ...late({ ...signed, path: [], signature }));
  });

  it("need a promise that is in the group, by its own path", async () => {
    const { key, identity, due } = world;
    const inclusions = [UNUSED, 9, 10, 11, 12].map((nonce) => signedByAlice(nonce));
    const promises = await signInclusions(key, identity, due, inclusions);
    const [signed, next] = promises as [SignedInclusion, SignedInclusion];
    const { path, inclusion } = signed;
    await world.bond.claimLate.staticCall(...late(signed));
    const node = keccak256("0x05");
    for (const changes of [
      { path: [] },
      { path: path.slice(1) },
      { path: path.slice(0, -1) },
      { path: [...path, node] },
      { path: [node, ...path] },
      { path: path.with(0, node) },
      { path: path.toReversed() },
      { path: next.path },
      { inclusion: { ...inclusion, nonce: 13 } },
      { inclusion: { ...inclusion, accountId: BOB } },
      { inclusion: { ...inclusion, validUntil: 0n } },
      { group: { ...due, dueBlock: 0 } },
      { group: { ...due, dueAt: 0n } },
      { group: { ...due, anchorNumber: due.anchorNumber - 1 } },
      { signature: `${signed.signature.slice(0, -2)}00` },
    ]) {
      const call = world.bond.claimLate.staticCall(...late({ ...signed, ...changes }));
      const outcome = await call.then(
        () => "paid",
        (error: unknown) => String(error),
      );
      expect(outcome).to.match(/SignatureInvalid|ECDSAInvalidSignature/);
    }
  });

  it("take no promise for a node of the tree, nor a node for a promise", async () => {
    const { key, identity, due } = world;
    const inclusion = signedByAlice(UNUSED);
    const [, other] = await signInclusions(key, identity, due, [inclusion, signedByAlice(9)]);
    // The sibling of the second promise is the hash of the first. A node is a hash of two words,
    // and nobody can show it as a promise; a promise of eight words is no node for longer paths.
    const leaf = other!.path[0]!;
    const [root] = await signInclusions(key, identity, due, [inclusion]);
    await world.bond.claimLate.staticCall(...late(root!));
    for (const path of [[leaf], [leaf, leaf], [keccak256(`${leaf}${leaf.slice(2)}`)]]) {
      await refusedLate("SignatureInvalid", ...late({ ...root!, path }));
    }
  });

  it("need the account's own path in the state of that block", async () => {
    const { sign, first } = world;
    const signed = await sign(signedByAlice(UNUSED));
    const { owner, path } = accountPath(first.state, ALICE);
    const foreign = accountPath(first.state, BOB);
    for (const account of [
      { path: path.with(0, 4n) },
      { path: path.with(7, path[7]! + 2n ** 128n) },
      { path: path.slice(0, -1) },
      { path: path.slice(0, 3) },
      { owner: ZeroAddress },
      { owner, path: foreign.path },
      accountPath(first.state, NOBODY),
    ]) {
      await refusedLate("AccountPathInvalid", ...late(signed, account));
    }
    const other = await sign(signedByAlice(4, { amount: 501n }));
    await refusedReplaced("AccountPathInvalid", ...replaced(other, { account: foreign }));
  });

  it("pay if the account does not even exist when it is due", async () => {
    const { sign, bond, first } = world;
    const signed = await sign({ ...signedByAlice(0), accountId: NOBODY });
    const breach = findBreach(signed, first);
    expect(breach?.type).to.equal("late");
    expect(breach?.account.owner).to.equal(ZeroAddress);
    await refusedLate("AccountPathInvalid", ...late(signed, accountPath(first.state, 5)));
    await bond.claimLate(...late(signed));
    // No state has anything at an id beyond the tree.
    const beyond = await sign({ ...signed.inclusion, accountId: accountCapacity(PRESETS.dev) });
    const none = { owner: ZeroAddress, path: [] };
    expect(findBreach(beyond, first)).to.deep.equal({ type: "late", account: none });
    await bond.claimLate(...late(beyond));
  });

  it("need the account of the payee only if all else is as promised", async () => {
    const { sign, bond, first } = world;
    const payees = {
      none: { owner: ZeroAddress, path: [] },
      wrong: accountPath(first.state, CAROL),
    };
    const signed = await sign(signedByAlice(4, { recipient: Wallet.createRandom().address }));
    for (const payee of Object.values(payees)) {
      await refusedReplaced("AccountPathInvalid", ...replaced(signed, { payee }));
    }
    await bond.claimReplaced.staticCall(...replaced(signed));
    const other = await sign(signedByAlice(4, { tokenId: 2 }));
    await bond.claimReplaced.staticCall(...replaced(other, { payee: payees.none }));
  });

  it("need the slot of the account's operation with this nonce, in the block's own data", async () => {
    const { sign, first } = world;
    const signed = await sign(signedByAlice(4, { amount: 501n }));
    for (const slot of [2, 4, 5]) {
      await refusedReplaced("OtherNonce", ...replaced(signed, { slot }));
    }
    for (const slot of [0, 3, 6, FIRST.length, 15, 16, 2 ** 20]) {
      await refusedReplaced("SlotOfOther", ...replaced(signed, { slot }));
    }
    const fees = await sign(signedByAlice(4, { accountId: 0 }));
    await refusedReplaced("SlotOfOther", ...replaced(fees, { slot: 1 }));
    const pubdata = first.pubdata.with(-1, first.pubdata.at(-1)! ^ 1);
    await refusedReplaced("OtherPubdata", ...replaced(signed, { pubdata }));
    const { pubdataHash } = first.evidence;
    const evidence = { ...first.evidence, pubdataHash: keccak256(pubdata) };
    expect(evidence.pubdataHash).to.not.equal(pubdataHash);
    await refusedReplaced("CommitmentMismatch", ...replaced(signed, { pubdata, evidence }));
    const block = await world.run([{ type: "noop" }, pay(ALICE, BOB, 1n)], first);
    await refusedReplaced("SlotOfOther", ...replaced(signed, { block, slot: 0 }));
    const unused = await sign(signedByAlice(UNUSED));
    await refusedReplaced("OtherNonce", ...replaced(unused, { slot: 5 }));
  });

  it("judge only blocks that this rollup has executed", async () => {
    const { sign, first, chain, key, deploy } = world;
    const signed = await sign(signedByAlice(UNUSED));
    const other = await sign(signedByAlice(4, { amount: 501n }));
    const account = accountPath(first.state, ALICE);
    for (const [error, changes] of [
      ["BlockUnknown", { stateRoot: 5n }],
      ["BlockUnknown", { timestamp: first.storedBlock.timestamp + 1n }],
      ["BlockUnknown", { blockNumber: 0 }],
      ["BlockNotExecuted", { blockNumber: 2 }],
    ] as const) {
      const storedBlock = { ...first.storedBlock, ...changes };
      await refusedLate(error, signed, storedBlock, account);
      const evidence = { ...first.evidence, storedBlock };
      await refusedReplaced(error, ...replaced(other, { evidence }));
    }
    const foreign = await createTestRollup("MockVerifier", {}, chain);
    const bond = await deploy(foreign.client.rollupAddress, key.address);
    const identity = { ...world.identity, bondAddress: await bond.getAddress() };
    const onOther = await sign(signedByAlice(UNUSED), {}, { bond: identity });
    const call = bond.claimLate.staticCall(...late(onOther));
    await expectRevert(world, "BlockNotExecuted", call);
  });

  it("find the same breaches as a watcher does, in random blocks", async () => {
    const { sign, bond } = world;
    const { operations, used } = randomOperations();
    const block = await world.run(operations, world.first);
    const found = new Set<string>();
    for (let i = 0; i < 6; i++) {
      const promised = random.pick(used);
      // The first is kept and the second is not, whatever the others are.
      const nonce = promised.nonce + (i < 2 ? 0 : random.pick([0, 0, 1, 20]));
      const amount = promised.amount + (i < 2 ? BigInt(i) : random.pick([0n, 0n, 1n]));
      const dueBlock = random.pick([2, 3]);
      const inclusion = { ...promised, nonce, amount };
      const signed = await sign(inclusion, { dueBlock, dueAt: 2n ** 64n - 1n });
      const breach = findBreach(signed, block);
      const slot = used.findIndex(
        (each) => each.accountId === inclusion.accountId && each.nonce === nonce,
      );
      const operation = operations[slot];
      const payee = operation?.type === "transfer" ? operation.toAccountId : BOB;
      const isLate = await isPaid(bond.claimLate.staticCall(...late(signed, {}, block)));
      const isReplaced = await isPaid(
        bond.claimReplaced.staticCall(
          ...replaced(signed, {
            block,
            slot: Math.max(0, slot),
            payee: accountPath(block.state, payee),
          }),
        ),
      );
      expect(isLate ? "late" : isReplaced ? "replaced" : undefined).to.equal(breach?.type);
      found.add(breach?.type ?? "kept");
      if (breach?.type === "replaced") expect(breach.slot).to.equal(slot);
    }
    expect(found.size).to.be.greaterThan(1);
  });

  it("say when nothing is left", async () => {
    const { sign, bond, user } = world;
    for (const amount of [1n, 2n, 3n]) {
      await bond.connect(user).claimLate(...late(await sign(signedByAlice(UNUSED, { amount }))));
    }
    await refusedLate("BondEmpty", ...late(await sign(signedByAlice(UNUSED, { amount: 4n }))));
    const other = await sign(signedByAlice(4, { amount: 501n }));
    await refusedReplaced("BondEmpty", ...replaced(other));
  });
});

/** Random operations after the first block, and what is signed for each. */
function randomOperations() {
  const nextNonces = new Map<number, number>([
    [ALICE, UNUSED],
    [BOB, 3],
    [CAROL, 0],
  ]);
  const operations: PublicOperation[] = [];
  const used: Inclusion[] = [];
  while (operations.length < 12) {
    const accountId = random.pick([ALICE, BOB, CAROL]);
    const payee = random.pick([ALICE, BOB, CAROL]);
    const nonce = nextNonces.get(accountId)!;
    nextNonces.set(accountId, nonce + 1);
    const moved = { tokenId: 0, amount: 1n + BigInt(random.int(3)), fee: 0n };
    const recipient = ADDRESSES[payee];
    const type = random.pick(["withdraw", "transfer"] as const);
    const signed = { accountId, nonce, recipient, validFrom: 0n, validUntil: 2n ** 64n - 1n };
    used.push(inclusionOf({ type, ...moved, ...signed }));
    operations.push(
      type === "withdraw"
        ? { type, accountId, recipient, ...moved }
        : { type, fromAccountId: accountId, toAccountId: payee, ...moved },
    );
  }
  return { operations, used };
}

function hashOf(inclusion: Inclusion): string {
  return toBeHex(inclusionHash(inclusion), 32);
}

async function isPaid(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => true,
    () => false,
  );
}
