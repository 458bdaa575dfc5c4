import { expect } from "chai";
import { type BaseContract, Wallet, keccak256, ZeroAddress } from "ethers";
import { Operator } from "../../src/operator/operator.ts";
import { DEPOSIT_AMOUNT_MAX } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import { closestPackableAmountBelow, formatAmount, parseAmount } from "../../src/sdk/amounts.ts";
import { RollupProvider, type SignedTransactionParam } from "../../src/sdk/provider.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { RollupWallet } from "../../src/sdk/wallet.ts";
import { createGenesisState } from "../../src/state/rollup-state.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createLinkedClient } from "../helpers/rpc-link.ts";
import { createTestRollup } from "../helpers/test-rollup.ts";

const preset = PRESETS.dev;
const FEE_ACCOUNT_ADDRESS = 0xfeen;
const ETHER = 10n ** 18n;

interface Token extends BaseContract {
  mint(account: string, amount: bigint): Promise<unknown>;
  balanceOf(account: string): Promise<bigint>;
}

/** A real contract with the mock verifier, an operator on it, and two users. */
async function createWalletWorld() {
  const genesis = createGenesisState(preset, { feeAccountAddress: FEE_ACCOUNT_ADDRESS });
  const settings = { preset, genesisStateRoot: genesis.root };
  const rollup = await createTestRollup("MockVerifier", settings);
  const operator = await Operator.create({
    preset,
    feeAccountAddress: FEE_ACCOUNT_ADDRESS,
    l1: rollup.client,
    prover: createMockProver(),
  });
  const provider = new RollupProvider(createLinkedClient(operator));
  const [alice, bob] = await Promise.all(
    [rollup.user, rollup.other].map((signer) => RollupWallet.create(signer, provider)),
  );
  if (!alice || !bob) throw new Error("two users were made");
  return { ...rollup, operator, provider, alice, bob };
}
type WalletWorld = Awaited<ReturnType<typeof createWalletWorld>>;

async function listToken({ ethers, rollup, governor }: WalletWorld, name: string, args: string[]) {
  const token = (await ethers.deployContract(name, args)) as unknown as Token;
  const address = await token.getAddress();
  await rollup.connect(governor).getFunction("listToken")(address);
  return { token, address };
}

describe("sdk: wallet on a real contract", () => {
  let world: WalletWorld;
  beforeEach(async () => {
    world = await createWalletWorld();
  });

  it("deposits, transfers and withdraws ETH", async () => {
    const { alice, bob, provider, ethers } = world;
    const deposit = await alice.deposit({ token: "ETH", amount: ETHER });
    expect((await provider.getPriorityRequest(deposit.requestId))?.status).to.equal("accepted");
    expect(await alice.getBalance("ETH")).to.equal(ETHER);
    expect(await alice.isSigningKeySet()).to.equal(false);
    await alice.setSigningKey();
    expect(await alice.isSigningKeySet()).to.equal(true);
    const transfer = await alice.transfer({
      to: bob.address,
      token: "ETH",
      amount: ETHER / 4n,
      fee: 1000n,
    });
    expect(transfer.receipt).to.include({ type: "transfer", status: "accepted", nonce: 1 });
    const recipient = Wallet.createRandom().address;
    const withdrawal = await alice.withdraw({ token: 0, amount: 5n, to: recipient });
    expect((await withdrawal.wait()).status).to.equal("executed");
    expect((await transfer.wait("committed")).status).to.equal("executed");
    expect((await deposit.wait()).status).to.equal("executed");
    expect(await ethers.provider.getBalance(recipient)).to.equal(5n);
    expect(await alice.getBalance("ETH")).to.equal((ETHER * 3n) / 4n - 1005n);
    expect(await bob.getBalance(ZeroAddress)).to.equal(ETHER / 4n);
    expect(await provider.getBalance(0, "ETH")).to.equal(1000n);
  });

  it("opens the account of a contract wallet that is not deployed, by CREATE2", async () => {
    const { bob, provider, user } = world;
    const create2 = {
      creator: bob.address,
      saltArgument: keccak256("0x01"),
      codeHash: keccak256("0x6000"),
    };
    const wallet = await RollupWallet.create(user, provider, { create2 });
    expect(wallet.address).to.not.equal(user.address);
    await wallet.deposit({ token: "ETH", amount: ETHER });
    expect(await wallet.getBalance("ETH")).to.equal(ETHER);
    await wallet.setSigningKey();
    const transfer = await wallet.transfer({ to: bob.address, token: "ETH", amount: ETHER });
    expect((await transfer.wait()).status).to.equal("executed");
    expect(await bob.getBalance("ETH")).to.equal(ETHER);
    await expectRejection("AUTHORIZATION_INVALID", wallet.setSigningKey());
    await expectRejection("AUTHORIZATION_INVALID", wallet.setSigningKey({ auth: "eip712" }));
    await bob.deposit({ token: "ETH", amount: 1n });
    await expectRejection("CREATE2_WALLET_MISSING", bob.setSigningKey({ auth: "create2" }));
  });

  it("accepts a given L2 key, for owners that cannot sign", async () => {
    const { bob, provider, user } = world;
    const signer = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
    const silent = new Proxy(user, {
      get: (target, name) => {
        if (name === "signMessage") return () => Promise.resolve("0x1271");
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? (member.bind(target) as unknown) : member;
      },
    });
    await expectRejection("KEY_DERIVATION_UNSUPPORTED", RollupWallet.create(silent, provider));
    const wallet = await RollupWallet.create(silent, provider, { signer });
    await wallet.deposit({ token: "ETH", amount: ETHER });
    await wallet.setSigningKey({ auth: "onchain" });
    await wallet.transfer({ to: bob.address, token: "ETH", amount: 5n });
    expect(await bob.getBalance("ETH")).to.equal(5n);
  });

  for (const [name, args] of [
    ["TestToken", ["Test", "TST"]],
    ["NoReturnToken", []],
  ] as const) {
    it(`deposits and withdraws the ERC-20 ${name}, and approves the amount`, async () => {
      const { alice, bob } = world;
      const { token, address } = await listToken(world, name, [...args]);
      await token.mint(alice.address, 1000n);
      await alice.deposit({ token: address, amount: 300n });
      await alice.deposit({ token: 1, amount: 700n, to: bob.address });
      await bob.setSigningKey({ auth: "onchain" });
      await (await bob.withdraw({ token: address, amount: 700n })).wait();
      expect(await token.balanceOf(bob.address)).to.equal(700n);
      const exit = await alice.requestFullExit({ token: address });
      expect((await exit.wait()).status).to.equal("executed");
      expect(await token.balanceOf(alice.address)).to.equal(300n);
    });
  }

  it("ROLLUP_REPLACED: an operator that names another contract than the trusted one", async () => {
    const { ethers, user, rollup, provider } = world;
    const rollupAddress = await rollup.getAddress();
    const wallet = await RollupWallet.create(user, provider, { rollupAddress });
    expect(wallet.address).to.equal(user.address);
    const thief = await ethers.deployContract("OddRecipient");
    const config = { ...(await provider.getConfig()), rollupAddress: await thief.getAddress() };
    const hostile = new RollupProvider({ call: () => Promise.resolve(config as never) });
    const refused = RollupWallet.create(user, hostile, { rollupAddress });
    await expectRejection("ROLLUP_REPLACED", refused);
  });

  it("TOKEN_UNKNOWN: signs nothing for a token that an operator presents as another", async () => {
    const { user, bob, operator } = world;
    await listToken(world, "TestToken", ["Gold", "GLD"]);
    const linked = createLinkedClient(operator);
    const gold = { id: 1, address: ZeroAddress, symbol: "ETH", decimals: 18 };
    const methods: string[] = [];
    const call: typeof linked.call = (method, ...params) => {
      methods.push(method);
      if (method === "rollup_getTokens") return Promise.resolve([gold] as never);
      return linked.call(method, ...params);
    };
    const wallet = await RollupWallet.create(user, new RollupProvider({ call }));
    const draft = { to: bob.address, token: "ETH", amount: 1_000n };
    await expectRejection("TOKEN_UNKNOWN", wallet.transfer(draft));
    await expectRejection("TOKEN_UNKNOWN", wallet.batch().transfer(draft).send());
    expect(methods).not.to.include("rollup_submitTransaction");
  });

  it("exits an account without a key by a forced exit", async () => {
    const { alice, bob, ethers } = world;
    await alice.deposit({ token: "ETH", amount: 10n });
    await bob.deposit({ token: "ETH", amount: 20n });
    const before = await ethers.provider.getBalance(bob.address);
    await alice.setSigningKey();
    await (await alice.forcedExit({ target: bob.address, token: "ETH" })).wait();
    expect(await ethers.provider.getBalance(bob.address)).to.equal(before + 20n);
  });

  it("sends a transaction by its content", async () => {
    const { alice, bob } = world;
    await alice.deposit({ token: "ETH", amount: ETHER });
    await alice.setSigningKey();
    const content = { type: "transfer", tokenId: 0, recipient: BigInt(bob.address) } as const;
    const sent = await alice.send({ ...content, amount: 5n }, { fee: 10n });
    expect((await sent.wait("accepted")).type).to.equal("transfer");
    expect(await bob.getBalance("ETH")).to.equal(5n);
    const wide = alice.send({ ...content, amount: 1n << 128n });
    await expectRejection("AMOUNT_OUT_OF_RANGE", wide);
    const unknown = alice.send({ ...content, amount: 5n }, { gas: 1n } as never);
    await expectRejection("OPTION_UNKNOWN", unknown);
  });

  it("assigns different nonces to concurrent transactions", async () => {
    const { alice, bob } = world;
    await alice.deposit({ token: "ETH", amount: ETHER });
    await alice.setSigningKey();
    const handles = await Promise.all(
      [1n, 2n, 3n].map((amount) => alice.transfer({ to: bob.address, token: "ETH", amount })),
    );
    expect(handles.map(({ receipt }) => receipt.nonce)).to.deep.equal([1, 2, 3]);
    await Promise.all(handles.map((handle) => handle.wait()));
    expect(await bob.getBalance("ETH")).to.equal(6n);
    expect(await alice.getNonce()).to.equal(4);
  });

  it("sends batches of one wallet or of two, as a whole or not at all", async () => {
    const { alice, bob, ethers, provider } = world;
    for (const wallet of [alice, bob]) {
      await wallet.deposit({ token: "ETH", amount: ETHER });
      await wallet.setSigningKey();
    }
    const to = Wallet.createRandom().address;
    const batch = alice.batch().transfer({ to: bob.address, token: "ETH", amount: 3n });
    const handle = await batch.withdraw({ token: "ETH", amount: 5n, to }).send();
    expect(handle.receipts.map(({ nonce }) => nonce)).to.deep.equal([1, 2]);
    const receipts = await handle.wait();
    expect(receipts.map(({ status }) => status)).to.deep.equal(["executed", "executed"]);
    expect(await ethers.provider.getBalance(to)).to.equal(5n);

    const exchange = async (amount: bigint) => [
      ...(await alice.batch().transfer({ to: bob.address, token: "ETH", amount: 4n }).prepare()),
      ...(await bob.batch().transfer({ to, token: "ETH", amount }).prepare()),
    ];
    const tooMuch = await bob.signBatch(await alice.signBatch(await exchange(2n * ETHER)));
    await expectRejection("INSUFFICIENT_BALANCE", provider.submitBatch(tooMuch));
    expect(await bob.getBalance("ETH")).to.equal(ETHER + 3n);
    expect(await alice.getNonce()).to.equal(3);
    const list = await exchange(6n);
    const theft = { ...list[0]!, recipient: 666n };
    for (const slipped of [
      [theft, list[1]!],
      [...list, { ...theft, nonce: 4 }],
    ]) {
      await expectRejection("BATCH_NOT_PREPARED", alice.signBatch(slipped));
    }
    const half = await alice.signBatch(list);
    await expectRejection("BATCH_NOT_SIGNED", provider.submitBatch(half));
    const whole = await bob.signBatch(half);
    const alone = whole[0] as SignedTransactionParam;
    await expectRejection("SIGNATURE_INVALID", provider.submitTransaction(alone));
    const accepted = await provider.submitBatch(whole);
    expect(accepted.map(({ status }) => status)).to.deep.equal(["accepted", "accepted"]);
    expect(await provider.getBalance(to, "ETH")).to.equal(6n);
    expect(await alice.getNonce()).to.equal(4);
    const target = Wallet.createRandom().address;
    await alice.deposit({ token: "ETH", amount: 9n, to: target });
    const exit = await alice.batch().forcedExit({ target, token: "ETH" }).send();
    await exit.wait("accepted");
    expect(await provider.getBalance(target, "ETH")).to.equal(0n);
  });

  it("follows a snapshot of the chain", async () => {
    const { alice, networkHelpers, operator } = world;
    await alice.deposit({ token: "ETH", amount: 10n });
    await operator.processBlocks();
    const snapshot = await networkHelpers.takeSnapshot();
    const checkpoint = operator.checkpoint();
    for (let round = 0; round < 2; round++) {
      await (await alice.deposit({ token: "ETH", amount: 5n })).wait();
      expect(await alice.getBalance("ETH")).to.equal(15n);
      await operator.exclusively(async () => {
        await snapshot.restore();
        operator.restore(checkpoint);
      });
      expect(await alice.getBalance("ETH")).to.equal(10n);
    }
  });
});

describe("sdk: refusals of a wallet", () => {
  let world: WalletWorld;
  before(async () => {
    world = await createWalletWorld();
    await world.alice.deposit({ token: "ETH", amount: ETHER });
    await world.alice.setSigningKey();
  });

  const to = `0x${"ab".repeat(20)}`;
  const cases: readonly (readonly [string, string, (world: WalletWorld) => Promise<unknown>])[] = [
    ["TOKEN_UNKNOWN", "an unknown symbol", ({ alice }) => alice.getBalance("NONE")],
    ["TOKEN_UNKNOWN", "an unknown id", ({ alice }) => alice.requestFullExit({ token: 7 })],
    [
      "ADDRESS_INVALID",
      "not an address",
      ({ alice }) => alice.transfer({ to: "bob", token: "ETH", amount: 1n }),
    ],
    [
      "ADDRESS_WITHOUT_ACCOUNT",
      "a wallet that never got anything",
      ({ bob }) => bob.transfer({ to, token: "ETH", amount: 1n }),
    ],
    [
      "NONCE_MISMATCH",
      "a wrong nonce",
      ({ alice }) => alice.transfer({ to, token: "ETH", amount: 1n, nonce: 9 }),
    ],
    [
      "INSUFFICIENT_BALANCE",
      "too large an amount",
      ({ alice }) => alice.transfer({ to, token: "ETH", amount: 2n * ETHER }),
    ],
    [
      "AMOUNT_NOT_PACKABLE",
      "an amount without packed form",
      ({ alice }) => alice.transfer({ to, token: "ETH", amount: ETHER - 1n }),
    ],
    [
      "EXPIRED",
      "a range that is over",
      ({ alice }) => alice.transfer({ to, token: "ETH", amount: 1n, validUntil: 1n }),
    ],
    [
      "DEPOSIT_AMOUNT_INVALID",
      "too large a deposit",
      ({ alice }) => alice.deposit({ token: "ETH", amount: DEPOSIT_AMOUNT_MAX + 1n }),
    ],
    ["DEPOSIT_AMOUNT_INVALID", "nothing", ({ alice }) => alice.deposit({ token: 0, amount: 0n })],
    [
      "L1_SIGNER_WITHOUT_PROVIDER",
      "a signer without a chain",
      ({ provider }) => RollupWallet.create(Wallet.createRandom(), provider),
    ],
  ];
  for (const [code, what, run] of cases) {
    it(`${code}: ${what}`, async () => {
      await expectRejection(code, run(world));
    });
  }

  it("throws the reason of a rejection from a wait", async () => {
    const { alice, networkHelpers } = world;
    const validUntil = BigInt(await networkHelpers.time.latest()) + 100n;
    const handle = await alice.transfer({ to, token: "ETH", amount: 1n, validUntil });
    await networkHelpers.time.increase(200);
    const error = await expectRejection("EXPIRED", handle.wait());
    expect(error.fix).to.contain("validUntil");
  });
});

describe("sdk: amounts", () => {
  it("are written with the decimals of their token", () => {
    expect(parseAmount("1.5", { decimals: 18 })).to.equal((ETHER * 3n) / 2n);
    expect(formatAmount(1_500_000n, { decimals: 6 })).to.equal("1.5");
    expect(closestPackableAmountBelow(ETHER - 1n)).to.equal(ETHER - 10n ** 8n);
  });
});
