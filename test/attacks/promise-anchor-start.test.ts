/** A reorg replaces the only L1 block that a node has read. */
import { expect } from "chai";
import { Operator } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { FakeL1 } from "../helpers/fake-l1.ts";
import {
  authorize,
  FEE_ACCOUNT_ADDRESS,
  signFor,
  TestProver,
  User,
} from "../helpers/operator-world.ts";
import { PROMISES, promiseOf } from "../helpers/promise-world.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();

describe(`attacks: a reorg of the first L1 block that was read (${random.title})`, () => {
  it("voids the promises on it, and goes on", async () => {
    const preset = PRESETS.dev;
    const feeAccountAddress = FEE_ACCOUNT_ADDRESS;
    const l1 = new FakeL1(preset, createGenesisState(preset, { feeAccountAddress }).root);
    const alice = new User(random);
    const before = l1.snapshot();
    l1.request({ type: "deposit", owner: alice.address, tokenId: 0, amount: 1_000n });
    const prover = new TestProver();
    const operator = await Operator.create({
      ...{ preset, feeAccountAddress, l1, prover, promises: PROMISES },
      options: { mode: "manual" },
    });
    const world = { l1, prover, operator };
    const signed = signFor(world, alice, { type: "changePubKey", tokenId: 0 });
    const { hash } = operator.submit(signed, await authorize(world, alice, signed));
    const promise = (await promiseOf(world, hash))!;
    l1.revert(before);
    for (let count = 0; count < 5; count++) l1.increaseTime(1);
    const { anchorNumber, anchorHash } = promise.group;
    expect(await l1.readBlockHash(anchorNumber), "replaced").to.not.equal(anchorHash);
    await operator.syncL1();
    expect(operator.obstacle?.code).to.equal(undefined);
    expect(await promiseOf(world, hash)).to.equal(undefined);
  });
});
