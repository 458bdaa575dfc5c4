/** Limits and what has left of them survive the end of the process. */
import { expect } from "chai";
import { createBatchCrypto } from "../../src/kernel/batch.ts";
import { withoutSpending } from "../../src/operator/ledger/second-factors.ts";
import { waitingSubmissions } from "../../src/operator/ledger/waiting.ts";
import { Operator } from "../../src/operator/operator.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { decode, encode } from "../../src/store/codec.ts";
import { decodeSnapshot, encodeSnapshot } from "../../src/store/snapshot-codec.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  FEE_ACCOUNT_ADDRESS,
  signFor,
  submit,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";
import { confirm, setLimit, signSetting } from "../helpers/second-factor.ts";
import {
  describeStores,
  sendTransfer,
  type StoreWorld,
  type TestStores,
} from "../helpers/store-world.ts";

const random = createRandom();
const TRANSFER = { type: "transfer", tokenId: 0, recipient: 5n, amount: 20n } as const;

const factorOf = ({ operator, alice }: StoreWorld) =>
  operator.secondFactor(operator.state.accountIdOf(alice.address)!);

describeStores(`store: second factor (${random.title})`, (create) => {
  let stores: TestStores;
  let world: StoreWorld;

  beforeEach(async () => {
    stores = await create();
    world = await stores.createWorld(random);
    await setLimit(world, world.alice, 10n);
    await sendTransfer(world, { amount: 4n });
  });

  afterEach(() => stores.close());

  async function expectKept(again: StoreWorld): Promise<void> {
    expect(factorOf(again)).to.deep.equal({
      nonce: 1,
      limits: [{ tokenId: 0, limit: 10n, left: 6n }],
    });
    await expectRejection("SECOND_FACTOR_REQUIRED", sendTransfer(again, { amount: 7n }));
    const signed = signFor(again, again.alice, TRANSFER);
    const [receipt] = await again.operator.receiveBatch(
      await confirm(again, [signed], again.alice),
    );
    expect(receipt!.status).to.equal("accepted");
    const old = { ...(await signSetting(again, again.alice)), nonce: 0 };
    await expectRejection("SECOND_FACTOR_OUTDATED", again.operator.setSecondFactor(old));
  }

  it("is there after a kill, from the events", async () => {
    await expectKept(await stores.restart(world));
  });

  it("is there after a stop, from the snapshot, and after blocks", async () => {
    await world.operator.processBlocks();
    await world.operator.close();
    await world.store.close();
    await expectKept(await stores.restart(world));
  });
});

describe(`store: second factor in texts (${random.title})`, () => {
  it("reads a snapshot of earlier rules, which has none", async () => {
    const { operator } = await createOperatorWorld();
    const parts = [...encodeSnapshot(operator.checkpoint())].map(({ kind, data }) => {
      if (kind !== "head") return { kind, data };
      const { secondFactors, ...head } = decode(data) as Record<string, unknown>;
      expect(secondFactors).to.deep.equal([]);
      return { kind, data: encode(head) };
    });
    const hashing = createBatchCrypto(0);
    const settings = { preset: PRESETS.minimal, finalReceiptsMax: 20, hashing };
    expect((await decodeSnapshot(parts, settings)).secondFactors.size).to.equal(0);
  });

  it("is that of the ledger before when one begins again from L1, with what waited", async () => {
    const before = await createOperatorWorld();
    const alice = await createFundedUser(before, random);
    await setLimit(before, alice, 10n);
    submit(before, alice, { ...TRANSFER, amount: 10n });
    const [signed] = await confirm(before, [signFor(before, alice, TRANSFER)], alice);
    before.operator.submitBatch([signed!]);
    const ledger = before.operator.checkpoint();
    const { l1, prover } = before;
    const operator = await Operator.create({
      ...{ preset: PRESETS.minimal, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1, prover },
      secondFactors: withoutSpending(ledger.secondFactors),
    });
    for (const batch of waitingSubmissions(ledger)) await operator.receiveBatch(batch);
    expect(operator.state.root).to.equal(before.operator.state.root);
    const world = { ...before, operator };
    expect(operator.secondFactor(1)).to.deep.equal(before.operator.secondFactor(1));
    expectCode("SECOND_FACTOR_REQUIRED", () => submit(world, alice, TRANSFER));
  });
});
