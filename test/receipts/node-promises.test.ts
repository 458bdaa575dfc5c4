/** What a user is promised by a node: obtained and checked by the SDK, and paid for if broken. */
import { expect } from "chai";
import {
  type BaseContract,
  type ContractTransactionResponse,
  hexlify,
  keccak256,
  Wallet,
} from "ethers";
import { createRpcClient } from "../../src/api/client.ts";
import { RPC_METHODS, type RpcResult } from "../../src/api/methods.ts";
import type { TypedDataSigner } from "../../src/l1/authorization.ts";
import type { Prepared } from "../../src/operator/ledger/blocks.ts";
import { toCommitBlock } from "../../src/operator/ledger/blocks.ts";
import { Operator } from "../../src/operator/operator.ts";
import { signingDomain } from "../../src/operations/transaction.ts";
import { describeNode, nodeRows } from "../../src/plugin/node/node-description.ts";
import { openPromises } from "../../src/plugin/node/promises.ts";
import { type PromisesConfig, promisesSchema } from "../../src/plugin/config/node/promises.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { executedBlock, signSealedBlock } from "../../src/receipts/sealed-block.ts";
import { createTypedDataServer } from "../../src/receipts/typed-data-server.ts";
import { type Breach, findBreach } from "../../src/receipts/inclusion-evidence.ts";
import { signInclusions } from "../../src/receipts/inclusion.ts";
import { RollupProvider } from "../../src/sdk/provider.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { createRpcHandler } from "../../src/server/handler.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { toJson } from "../../src/util/json.ts";
import { omit } from "../../src/util/omit.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createTestRollup, FEE_ACCOUNT_ADDRESS } from "../helpers/test-rollup.ts";

const ETHER = 10n ** 18n;
const PENALTY = 2n * ETHER;
const DAY = 24 * 60 * 60;
const PRESET = PRESETS.dev;

type Send = (...args: unknown[]) => Promise<ContractTransactionResponse>;
type Bond = BaseContract & {
  readonly [name in "claim" | "claimReplaced" | "announceWithdrawal" | "cancelWithdrawal"]: Send;
};
type Answer = RpcResult<"rollup_getBlockPromise">;
type Change = (answer: Record<string, unknown>) => Promise<object> | object;

async function createWorld() {
  const genesis = createGenesisState(PRESET, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const settings = { preset: PRESET, genesisStateRoot: genesis.root };
  const rollup = await createTestRollup("MockVerifier", settings);
  const { ethers, governor, client, user } = rollup;
  const key = Wallet.createRandom();
  const deploy = async (signer = key.address, value = 5n * ETHER, about = client.rollupAddress) => {
    const args = [about, governor.address, signer, PENALTY, 7 * DAY];
    return (await ethers.deployContract("ReceiptBond", args, { value })) as unknown as Bond;
  };
  const bond = await deploy();
  const bondAddress = await bond.getAddress();
  const open = (
    address = bondAddress,
    from: PromisesConfig["key"] = { type: "signer", signer: key },
  ) => openPromises({ bond: address, key: from, onConflict: "stop", dueSeconds: DAY }, client);
  const opened = await open();
  const slow = { fail: false };
  const signer: TypedDataSigner = {
    signTypedData: (...args) =>
      slow.fail ? Promise.reject(new Error("as the test wants")) : key.signTypedData(...args),
  };
  const promises = { ...opened, signer };
  const parts = { preset: PRESET, feeAccountAddress: FEE_ACCOUNT_ADDRESS, l1: client };
  const prover = createMockProver();
  const operator = await Operator.create({ ...parts, prover, promises });
  /** What the node changes in its answers, method by method. */
  const lies = new Map<string, Change>();
  const handle = createRpcHandler(operator);
  const provider = new RollupProvider(
    createRpcClient(async (method, params) => {
      const answer = await handle(method, params);
      const lie = lies.get(method);
      return lie === undefined ? answer : lie(answer as Record<string, unknown>);
    }),
  );
  const { rollupAddress } = client;
  const l2Signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
  const alice = await RollupWallet.create(user, provider, { rollupAddress, signer: l2Signer });
  await alice.deposit({ token: "ETH", amount: ETHER });
  await alice.setSigningKey();
  await operator.processBlocks();
  const trust = { bond: bondAddress, l1: ethers.provider };
  return {
    ...{ ...rollup, key, deploy, bond, bondAddress, open, operator, provider, alice, trust, lies },
    slow,
  };
}
type World = Awaited<ReturnType<typeof createWorld>>;

/** Returns the evidence of what an operator has executed, as `claim` takes it. */
function evidenceOf({ operator, client }: World, blockNumber: number) {
  const [parent, block] = [blockNumber - 1, blockNumber].map(
    (number) => operator.block(number) as unknown as Prepared,
  );
  const domain = signingDomain(client.chainId, BigInt(client.rollupAddress));
  return executedBlock(parent!.storedBlock, block!.storedBlock, toCommitBlock(block!), domain);
}

async function expectRevert(error: string, sent: Promise<unknown>): Promise<void> {
  const text = await sent.then(
    () => "no revert",
    (reason: unknown) => String(reason),
  );
  expect(text).to.contain(error);
}

describe("receipts: promises of a node", () => {
  let world: World;
  let restore: () => Promise<void>;

  before(async () => {
    world = await createWorld();
    const { operator, networkHelpers } = world;
    const checkpoint = operator.checkpoint();
    const snapshot = await networkHelpers.takeSnapshot();
    restore = async () => {
      world.lies.clear();
      await operator.exclusively(async () => {
        await snapshot.restore();
        operator.restore(checkpoint);
      });
    };
  });
  beforeEach(() => restore());
  after(() => world.operator.close());

  const pay = (amount = 100n) =>
    world.alice.transfer({ to: world.other.address, token: "ETH", amount });

  it("names the bond where the node describes itself", () => {
    const { operator, bondAddress } = world;
    const node = { rollup: { operator }, url: "http://127.0.0.1:1" };
    const description = describeNode(node, undefined);
    expect(description).to.include({ bond: bondAddress, rollup: world.client.rollupAddress });
    expect(nodeRows(description)).to.deep.include(["Bond of its promises", bondAddress]);
    const { bond, ...without } = description;
    expect(bond).to.equal(bondAddress);
    const rows = nodeRows(without);
    expect(rows).to.deep.include(["Bond of its promises", "none: it signs no promises"]);
  });

  it("gives a payment a promise before L1 has its block, and keeps it", async () => {
    const { trust, operator, bond, bondAddress } = world;
    const handle = await pay();
    const { promise, signature, operations, bond: worth } = await handle.promise(trust);
    expect(operator.block(promise.blockNumber)?.status).to.equal("sealed");
    expect(operations[0]).to.include({ type: "transferToNew", amount: 100n });
    expect(worth).to.include({ bondAddress, penaltyWei: PENALTY, balanceWei: 5n * ETHER });
    await handle.wait();
    const again = await handle.promise(trust);
    expect({ promise, signature }).to.deep.equal({
      promise: again.promise,
      signature: again.signature,
    });
    const evidence = evidenceOf(world, promise.blockNumber);
    await expectRevert("PromiseKept", bond.claim(promise, signature, evidence));
  });

  it("promises a payment that may expire as soon as L1 has its commit", async () => {
    const { alice, other, trust, operator, networkHelpers, ethers } = world;
    const validUntil = BigInt(await networkHelpers.time.latest()) + BigInt(DAY);
    const draft = { to: other.address, token: "ETH", amount: 5n, validUntil };
    const { promise } = await (await alice.transfer(draft)).promise(trust);
    const block = operator.block(promise.blockNumber)!;
    expect(block.status).to.equal("committed");
    const { commit } = block as typeof block & { commit: { hash: string } };
    const receipt = await ethers.provider.getTransactionReceipt(commit.hash);
    expect(promise.anchorNumber).to.be.at.least(receipt!.blockNumber);
  });

  it("pays whoever shows that another block was executed", async () => {
    const { trust, operator, bond, bondAddress, ethers } = world;
    const before = operator.checkpoint();
    const { promise, signature } = await (await pay(100n)).promise(trust);
    // The operator forgets what it has said, and lets another payment take the place.
    await operator.exclusively(() => operator.restore(before));
    await pay(101n);
    await operator.processBlocks();
    await bond.claim(promise, signature, evidenceOf(world, promise.blockNumber));
    expect(await ethers.provider.getBalance(bondAddress)).to.equal(3n * ETHER);
  });

  it("refuses what a lying node answers, with the code of the lie", async () => {
    const { trust, lies, key, client, bondAddress, deploy, networkHelpers } = world;
    const handle = await pay();
    await networkHelpers.mine(3);
    const identity = { chainId: client.chainId, bondAddress };
    const twin = await (await deploy()).getAddress();
    const sign = async (answer: Answer, by = key, address = bondAddress) =>
      signSealedBlock(by, { ...identity, bondAddress: address }, answer.promise);
    const changed = (change: (answer: Answer) => Promise<Partial<Answer>> | Partial<Answer>) => {
      return async (answer: object) => ({ ...answer, ...(await change(answer as Answer)) });
    };
    const resigned = (changes: Partial<Answer["promise"]>, others: Partial<Answer> = {}) =>
      changed(async (answer) => {
        const next = { ...answer, ...others, promise: { ...answer.promise, ...changes } };
        return { ...next, signature: await sign(next) };
      });
    const stranger = Wallet.createRandom();
    const own = Wallet.createRandom();
    const other = hexlify(new Uint8Array([0, 0]));
    const cases: readonly (readonly [string, Change])[] = [
      [
        "RECEIPT_SIGNATURE_INVALID",
        changed(async (answer) => ({ signature: await sign(answer, stranger) })),
      ],
      [
        "RECEIPT_SIGNATURE_INVALID",
        changed(async (answer) => ({
          bond: { chainId: "0x7a69", address: twin } as never,
          signature: await sign(answer, own, twin),
        })),
      ],
      [
        "RECEIPT_SIGNATURE_INVALID",
        changed(async (answer) => ({ signature: await sign(answer, key, twin) })),
      ],
      ["RECEIPT_PUBDATA_MISMATCH", changed(() => ({ pubdata: other }))],
      [
        "RECEIPT_WITHOUT_TRANSACTION",
        resigned({ pubdataHash: keccak256(other) }, { pubdata: other }),
      ],
      ["RECEIPT_ANCHOR_UNKNOWN", resigned({ anchorHash: keccak256("0x01") })],
      ["RECEIPT_ANCHOR_UNKNOWN", resigned({ anchorNumber: 1_000_000 })],
      ["RECEIPT_OF_OTHER_BLOCK", resigned({ blockNumber: 7 })],
    ];
    for (const [code, lie] of cases) {
      lies.set("rollup_getBlockPromise", lie);
      await expectRejection(code, handle.promise(trust, { timeoutMs: 0 }));
    }
    lies.delete("rollup_getBlockPromise");
    lies.set("rollup_getReceipt", (receipt) => ({ ...receipt, slotIndex: 1 }));
    await expectRejection("RECEIPT_WITHOUT_TRANSACTION", handle.promise(trust));
    lies.set("rollup_getReceipt", (receipt) => omit(receipt, "blockNumber"));
    await expectRejection("TRANSACTION_NOT_PLACED", handle.promise(trust));
  });

  it("finds no other payment in a slot", async () => {
    const { trust, lies } = world;
    const one = await pay(100n);
    const two = await pay(101n);
    lies.set("rollup_getReceipt", (receipt) => {
      return { ...receipt, slotIndex: 1 - Number(receipt["slotIndex"]) };
    });
    for (const handle of [one, two]) {
      await expectRejection("RECEIPT_WITHOUT_TRANSACTION", handle.promise(trust));
    }
    lies.delete("rollup_getReceipt");
    for (const handle of [one, two]) await handle.promise(trust);
  });

  it("relies on no bond that is another's, empty or about to be withdrawn", async () => {
    const { trust, deploy, bond, governor, provider, alice, other } = world;
    const handle = await pay();
    const addressOf = async (deployed: Promise<Bond>) => (await deployed).getAddress();
    const poor = await addressOf(deploy(world.key.address, PENALTY - 1n));
    const foreign = await addressOf(deploy(world.key.address, 5n * ETHER, other.address));
    const cases = { BOND_UNDERFUNDED: poor, BOND_OF_OTHER_ROLLUP: foreign };
    for (const [code, address] of Object.entries(cases)) {
      await expectRejection(code, handle.promise({ ...trust, bond: address }));
    }
    await expectRejection("BOND_NOT_FOUND", handle.promise({ ...trust, bond: alice.address }));
    const strange = { ...trust, rollup: other.address };
    await expectRejection("BOND_OF_OTHER_ROLLUP", provider.getBlockPromise(2, strange));
    await expectRejection(
      "OPTION_INVALID",
      provider.getBlockPromise(2, { ...trust, l1: 5 as never }),
    );
    await (bond.connect(governor) as Bond).announceWithdrawal();
    await expectRejection("BOND_WITHDRAWAL_ANNOUNCED", handle.promise(trust));
  });

  it("gives each payment a promise with its receipt, which names what was signed", async () => {
    const { trust, alice, other, provider, bondAddress, ethers } = world;
    const handle = await pay();
    const { promise, bond } = await handle.inclusion(trust);
    expect(promise.inclusion).to.include({ recipient: other.address, amount: 100n, tokenId: 0 });
    expect(bond.bondAddress).to.equal(bondAddress);
    const { timestamp } = (await ethers.provider.getBlock("latest"))!;
    expect(promise.group.dueAt <= BigInt(timestamp + DAY)).to.equal(true);
    const { bond: named, ...answered } = handle.receipt.promise!;
    expect(answered, "the receipt has it").to.deep.equal(promise);
    expect(named).to.deep.equal({ chainId: bond.chainId, address: bondAddress });
    // A shop knows what it expects, and who says that it has paid with which nonce.
    const payer = { accountId: handle.receipt.accountId, nonce: handle.receipt.nonce };
    const wish = { inclusion: { ...payer, recipient: other.address, tokenId: 0, amount: 100n } };
    const asked = await provider.getInclusionPromise(handle.hash, wish, trust);
    expect(asked.promise).to.deep.equal(promise);
    const batch = await alice
      .batch()
      .transfer({ to: other.address, token: "ETH", amount: 7n })
      .withdraw({ token: "ETH", amount: 8n })
      .send();
    const all = await batch.inclusions(trust);
    expect(all.map((each) => each.promise.inclusion.amount)).to.deep.equal([7n, 8n]);
    await batch.promise(trust);
  });

  it("refuses a promise at acceptance that is not what the user wants, with a code", async () => {
    const { trust, lies, alice, other, key, bondAddress, client } = world;
    const handle = await pay();
    const identity = { chainId: client.chainId, bondAddress };
    type Promised = RpcResult<"rollup_getInclusionPromise"> & object;
    const signed = (change: (answer: Promised) => Partial<Promised>, by = key) => {
      return async (answer: object) => {
        const given = RPC_METHODS.rollup_getInclusionPromise.result.parse(answer)!;
        const { inclusion, group } = { ...given, ...change(given) };
        const [made] = await signInclusions(by, identity, group, [inclusion]);
        return toJson({ ...given, ...made }) as object;
      };
    };
    const cases: readonly (readonly [string, Change])[] = [
      ["RECEIPT_SIGNATURE_INVALID", signed(() => ({}), Wallet.createRandom())],
      ["RECEIPT_SIGNATURE_INVALID", (answer) => ({ ...answer, path: [keccak256("0x01")] })],
      [
        "RECEIPT_INCLUSION_MISMATCH",
        signed(({ inclusion }) => ({ inclusion: { ...inclusion, amount: 99n } })),
      ],
      [
        "RECEIPT_INCLUSION_MISMATCH",
        signed(({ inclusion }) => ({ inclusion: { ...inclusion, nonce: 9 } })),
      ],
      [
        "RECEIPT_INCLUSION_MISMATCH",
        signed(({ inclusion }) => ({ inclusion: { ...inclusion, recipient: alice.address } })),
      ],
      [
        "RECEIPT_DUE_LATE",
        signed(({ group }) => ({ group: { ...group, dueAt: group.dueAt + 10n * BigInt(DAY) } })),
      ],
      [
        "RECEIPT_DUE_LATE",
        signed(({ inclusion }) => ({ inclusion: { ...inclusion, validUntil: 5n } })),
      ],
      [
        "RECEIPT_ANCHOR_UNKNOWN",
        signed(({ group }) => ({ group: { ...group, anchorNumber: 1_000_000 } })),
      ],
    ];
    for (const [code, lie] of cases) {
      lies.set("rollup_getInclusionPromise", lie);
      await expectRejection(code, handle.inclusion(trust));
    }
    lies.set("rollup_getInclusionPromise", () => null as never);
    await expectRejection("INCLUSION_NOT_PROMISED", handle.inclusion(trust));
    lies.clear();
    await expectRejection("RECEIPT_DUE_LATE", handle.inclusion(trust, { dueWithinSeconds: 60 }));
    await expectRejection("BOND_NOT_FOUND", handle.inclusion({ ...trust, bond: other.address }));
  });

  it("pays whoever shows that another payment took the place of a promised one", async () => {
    const { trust, operator, bond, bondAddress, ethers } = world;
    const before = operator.checkpoint();
    const { promise } = await (await pay(100n)).inclusion(trust);
    // The operator forgets what it has said, and helps the payer to pay less.
    await operator.exclusively(() => operator.restore(before));
    await pay(1n);
    const [block] = await operator.processBlocks();
    const { storedBlock, applied, commitment } = block as Prepared & typeof block;
    const { operations } = applied.block;
    const breach = findBreach(promise, { storedBlock, operations, state: applied.state });
    const { slot, account, payee } = breach as Breach & { type: "replaced" };
    const evidence = evidenceOf(world, storedBlock.blockNumber);
    await bond.claimReplaced(promise, evidence, commitment.pubdata, slot, account, payee);
    expect(await ethers.provider.getBalance(bondAddress)).to.equal(3n * ETHER);
  });

  it("answers without a promise if the signer fails, and gives it when it is asked for", async () => {
    const { trust, slow } = world;
    slow.fail = true;
    const handle = await pay(777n);
    expect(handle.receipt.promise).to.equal(undefined);
    await expectRejection("PROMISE_SIGNER_FAILED", handle.inclusion(trust));
    slow.fail = false;
    await handle.inclusion(trust);
  });

  it("starts with no bond and no key that would be worth nothing", async () => {
    const { open, deploy, key, other, client, bond, governor } = world;
    const addressOf = async (deployed: Promise<Bond>) => (await deployed).getAddress();
    const stranger = Wallet.createRandom();
    await expectRejection("BOND_NOT_FOUND", open(other.address));
    await expectRejection("BOND_NOT_FOUND", open(client.rollupAddress));
    await expectRejection(
      "BOND_SIGNER_MISMATCH",
      open(undefined, { type: "signer", signer: stranger }),
    );
    const poor = await addressOf(deploy(key.address, 0n));
    await expectRejection("BOND_UNDERFUNDED", open(poor));
    const foreign = await addressOf(deploy(key.address, 5n * ETHER, other.address));
    await expectRejection("BOND_OF_OTHER_ROLLUP", open(foreign));
    const env = { type: "env", name: "ROLLUP_TEST_PROMISE_KEY" } as const;
    await expectRejection("L1_KEY_MISSING", open(undefined, env));
    try {
      process.env[env.name] = key.privateKey.slice(0, 20);
      const error = await expectRejection("L1_KEY_INVALID", open(undefined, env));
      expect(`${error.message} ${error.fix}`).to.not.contain(key.privateKey.slice(2, 20));
      process.env[env.name] = key.privateKey;
      expect((await open(undefined, env)).signerAddress).to.equal(key.address);
    } finally {
      delete process.env["ROLLUP_TEST_PROMISE_KEY"];
    }
    await (bond.connect(governor) as Bond).announceWithdrawal();
    await expectRejection("BOND_WITHDRAWAL_ANNOUNCED", open());
  });

  it("refuses a key in the config itself, without showing it", () => {
    const { key, bondAddress: bond } = world;
    const refused = promisesSchema.safeParse({ bond, key: key.privateKey });
    expect(refused.success).to.equal(false);
    expect(JSON.stringify(refused.error)).to.not.contain(key.privateKey.slice(2));
    const allowed = promisesSchema.safeParse({ bond, key: { env: "KEY" }, onConflict: "break" });
    expect(allowed.success).to.equal(true);
  });

  it("signs by a key server, of which only the signature is believed", async () => {
    const { key, client, bondAddress, ethers } = world;
    const identity = { chainId: client.chainId, bondAddress };
    const [account] = await ethers.getSigners();
    const server = createTypedDataServer(
      { request: ({ method, params = [] }) => ethers.provider.send(method, [...params]) },
      account!.address,
    );
    const hash = keccak256("0x01");
    const promise = { blockNumber: 1, pubdataHash: hash, anchorNumber: 1, anchorHash: hash };
    const expected = await signSealedBlock(account!, identity, promise);
    expect(await signSealedBlock(server, identity, promise)).to.equal(expected);
    const silent = createTypedDataServer({ request: () => Promise.resolve(null) }, key.address);
    const outcome = await signSealedBlock(silent, identity, promise).catch(String);
    expect(outcome).to.contain("no signature");
  });
});
