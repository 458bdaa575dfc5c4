/** L2 as Ethereum tools see it at the path `/eth`. */
import { expect } from "chai";
import {
  Contract,
  type Filter,
  type FilterByBlockHash,
  id,
  JsonRpcProvider,
  toBeHex,
  zeroPadValue,
} from "ethers";
import { ETHEREUM_METHODS, unitsOfEthereum } from "../../src/api/ethereum-methods.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { deriveL2ChainId } from "../../src/server/ethereum/chain-id.ts";
import { CHAIN_ID_MAX } from "../../src/util/chain-ids.ts";
import { createEthereumHandler } from "../../src/server/ethereum/handler.ts";
import { type OperatorServer, serveOperator } from "../../src/server/serve-operator.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createFundedUser,
  createOperatorWorld,
  deposit,
  FEE_ACCOUNT_ADDRESS,
  type OperatorWorld,
  submit,
  type User,
} from "../helpers/operator-world.ts";
import { createRandom } from "../helpers/random.ts";

const ETHER = 10n ** 18n;
const BRIDGE_TO_OWNER = { value: ETHER, gasPrice: 0n };
const QUANTITY = /^0x(?:0|[1-9a-f][0-9a-f]*)$/;
const FEE_ACCOUNT = `0x${FEE_ACCOUNT_ADDRESS.toString(16).padStart(40, "0")}`;

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly data: { readonly code: string } };
}

describe("server: L2 for Ethereum tools", () => {
  const random = createRandom("ethereum");
  let world: OperatorWorld;
  let server: OperatorServer;
  let provider: JsonRpcProvider;
  let alice: User;
  let bob: User;
  let usd: string;
  /** Of transactions, by what they are. */
  const hashes: Record<"transfer" | "token" | "withdraw" | "open", string> = {
    transfer: "",
    token: "",
    withdraw: "",
    open: "",
  };

  before(async () => {
    world = await createOperatorWorld({ preset: PRESETS.dev });
    const { operator, l1 } = world;
    const askL1 = () => Promise.resolve("0x7a69");
    server = await serveOperator(operator, askL1, { port: 0, adminPort: 0 });
    provider = new JsonRpcProvider(`${server.url}/eth`, undefined, { cacheTimeout: -1 });
    ({ address: usd } = l1.listToken("USD"));
    // Block 1 is executed, 2 committed, 3 sealed, and 4 open.
    alice = await createFundedUser(world, random);
    bob = await createFundedUser(world, random);
    await deposit(world, alice.address, 500n, 1);
    await operator.processBlocks();
    const toBob = { type: "transfer", recipient: bob.address } as const;
    hashes.transfer = submit(world, alice, { ...toBob, tokenId: 0, amount: 7n, fee: 2n }).hash;
    operator.sealBlock();
    await operator.commitBlocks();
    hashes.token = submit(world, alice, { ...toBob, tokenId: 1, amount: 30n, fee: 4n }).hash;
    const withdrawal = { type: "withdraw", recipient: 77n, tokenId: 0, amount: 9n } as const;
    hashes.withdraw = submit(world, alice, withdrawal).hash;
    operator.sealBlock();
    hashes.open = submit(world, bob, { ...toBob, tokenId: 0, amount: 1n, fee: 100n }).hash;
  });
  after(async () => {
    provider.destroy();
    await server.close();
  });

  async function ask(method: string, params: unknown[] = [], path = "/eth"): Promise<RpcAnswer> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    return (await (await fetch(server.url + path, { method: "POST", body })).json()) as RpcAnswer;
  }
  const codeOf = async (method: string, ...params: unknown[]) =>
    (await ask(method, params)).error?.data.code;

  it("has a chain id of its own beside L1, at a path of its own", async () => {
    const l2ChainId = deriveL2ChainId(world.operator);
    expect((await provider.getNetwork()).chainId).to.equal(BigInt(l2ChainId));
    expect((await ask("net_version")).result).to.equal(String(l2ChainId));
    expect((await ask("eth_chainId", [], "/")).result, "L1's").to.equal("0x7a69");
    expect((await ask("net_version", [], "/eth/")).result).to.equal(String(l2ChainId));
    expect((await ask("rollup_getConfig")).error!.data.code).to.equal("RPC_METHOD_UNKNOWN");
    const admin = new JsonRpcProvider(`${server.adminUrl}/eth`);
    expect((await admin.getNetwork()).chainId).to.equal(BigInt(l2ChainId));
    admin.destroy();
  });

  it("derives chain ids that differ by rollup and that every wallet holds", () => {
    const rollupAddress = `0x${"ab".repeat(20)}`;
    const ids = Array.from({ length: 200 }, (_, chain) =>
      deriveL2ChainId({ chainId: BigInt(chain), rollupAddress }),
    );
    expect(new Set(ids).size).to.equal(ids.length);
    expect(Math.min(...ids)).to.be.at.least(2 ** 32);
    expect(Math.max(...ids)).to.be.at.most(CHAIN_ID_MAX);
    const { chainId } = world.operator;
    expect(deriveL2ChainId(world.operator)).not.to.equal(Number(chainId));
  });

  it("L2_CHAIN_ID_INVALID: the id of L1, or one that a number does not hold", async () => {
    const { operator } = world;
    const askL1 = () => Promise.resolve(null);
    for (const l2ChainId of [Number(operator.chainId), 0, 1.5, CHAIN_ID_MAX + 1]) {
      const serving = serveOperator(operator, askL1, { port: 0, l2ChainId });
      await expectRejection("L2_CHAIN_ID_INVALID", serving);
    }
    const chosen = await serveOperator(operator, askL1, { port: 0, l2ChainId: 4242 });
    const own = new JsonRpcProvider(`${chosen.url}/eth`);
    expect((await own.getNetwork()).chainId).to.equal(4242n);
    own.destroy();
    await chosen.close();
  });

  it("answers balances and nonces at the open, sealed, committed and executed block", async () => {
    const { address } = alice.l1;
    const balances = await Promise.all(
      ["finalized", "safe", "latest", "pending"].map((tag) => provider.getBalance(address, tag)),
    );
    expect(balances).to.deep.equal([ETHER, ETHER - 9n, ETHER - 18n, ETHER - 18n]);
    const nonces = await Promise.all(
      [1, 2, 3].map((number) => provider.getTransactionCount(address, number)),
    );
    expect(nonces).to.deep.equal([1, 2, 4]);
    expect(await provider.getBalance(bob.l1.address)).to.equal(ETHER + 7n);
    expect(await provider.getTransactionCount(bob.l1.address, "pending")).to.equal(2);
    expect(await provider.getBalance(usd), "nobody has this address").to.equal(0n);
    expect(await provider.getCode(address)).to.equal("0x");
    const { hash } = (await provider.getBlock(2))!;
    const byHash = await ask("eth_getBalance", [address, { blockHash: hash }]);
    expect(byHash.result).to.equal(`0x${(ETHER - 9n).toString(16)}`);
  });

  it("RPC_STATE_NOT_KEPT: a block that is not sealed, or has left the memory", async () => {
    const { address } = alice.l1;
    for (const block of ["0x4", "0xfffffffffffff", { blockHash: `0x${"12".repeat(32)}` }]) {
      expect(await codeOf("eth_getBalance", address, block)).to.equal("RPC_STATE_NOT_KEPT");
    }
  });

  it("answers blocks that ethers reads, as a chain of hashes", async () => {
    expect(await provider.getBlockNumber()).to.equal(3);
    const blocks = await Promise.all([0, 1, 2, 3].map((number) => provider.getBlock(number)));
    for (const [number, block] of blocks.entries()) {
      expect(block!.number).to.equal(number);
      if (number > 0) expect(block!.parentHash).to.equal(blocks[number - 1]!.hash);
      const byHash = await provider.getBlock(block!.hash!);
      expect(byHash!.toJSON()).to.deep.equal(block!.toJSON());
      const count = await ask("eth_getBlockTransactionCountByNumber", [`0x${number}`]);
      expect(Number(count.result)).to.equal(block!.length).and.equal(Number(block!.gasUsed));
    }
    const { operator } = world;
    expect(blocks.map((block) => BigInt(block!.stateRoot!)).slice(1)).to.deep.equal(
      operator.blocks.map(({ applied }) => applied.state.root),
    );
    expect(blocks[3]!.miner.toLowerCase()).to.equal(FEE_ACCOUNT);
    const tags = ["earliest", "finalized", "safe", "latest", "pending"];
    const tagged = await Promise.all(tags.map((tag) => provider.getBlock(tag)));
    expect(tagged.map((block) => block!.number)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(tagged.at(-1)!.hash).to.equal(null);
    expect(tagged.at(-1)!.parentHash).to.equal(blocks[3]!.hash);
    expect(await provider.getBlock(9)).to.equal(null);
    const other = blocks[2]!.hash!.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    expect(await provider.getBlock(other)).to.equal(null);
  });

  it("shows a transfer of ETH with its fee as the price of its one unit of gas", async () => {
    const transaction = (await provider.getTransaction(hashes.transfer))!;
    expect(transaction).to.include({ from: alice.l1.address, to: bob.l1.address, value: 7n });
    expect(transaction).to.include({ blockNumber: 2, nonce: 1, data: "0x" });
    const receipt = (await provider.getTransactionReceipt(hashes.transfer))!;
    expect(receipt).to.include({ status: 1, fee: 2n, blockNumber: 2, index: 0 });
    expect(receipt.logs).to.deep.equal([]);
  });

  it("shows a transfer of a token as its call and its events, the fee among them", async () => {
    const token = new Contract(
      usd,
      ["function transfer(address, uint256)", "event Transfer(address, address, uint256)"],
      provider,
    );
    const { from, to, value, data } = (await provider.getTransaction(hashes.token))!;
    expect({ from, to, value }).to.deep.equal({ from: alice.l1.address, to: usd, value: 0n });
    const called = token.interface.parseTransaction({ data })!;
    expect([...called.args]).to.deep.equal([bob.l1.address, 30n]);
    const receipt = (await provider.getTransactionReceipt(hashes.token))!;
    expect(receipt.fee).to.equal(0n);
    const words = [alice.address, bob.address, FEE_ACCOUNT_ADDRESS];
    const [fromWord, toWord, feeWord] = words.map(
      (word) => `0x${word.toString(16).padStart(64, "0")}`,
    );
    const topic = token.interface.getEvent("Transfer")!.topicHash;
    expect(receipt.logs.map(({ topics, data, index }) => [...topics, BigInt(data), index])).to.eql([
      [topic, fromWord, toWord, 30n, 0],
      [topic, fromWord, feeWord, 4n, 1],
    ]);
    const { result } = await ask("eth_getBlockReceipts", ["0x3"]);
    expect((result as unknown[])[receipt.index]).to.deep.equal(
      (await ask("eth_getTransactionReceipt", [hashes.token])).result,
    );
  });

  it("shows what enters and leaves L2 as movements from and to the rollup", async () => {
    const { rollupAddress } = world.operator;
    const block = (await provider.getBlock(1, true))!;
    const [deposited] = block.prefetchedTransactions;
    expect(deposited).to.include({ from: rollupAddress, to: alice.l1.address });
    expect(deposited).to.include(BRIDGE_TO_OWNER);
    const found = (await provider.getTransaction(deposited!.hash))!;
    expect(found.toJSON()).to.deep.equal(deposited!.toJSON());
    expect(await provider.getTransactionReceipt(found.hash)).to.include({ status: 1, index: 0 });
    const withdrawn = (await provider.getTransaction(hashes.withdraw))!;
    expect(withdrawn).to.include({ from: alice.l1.address, to: rollupAddress, value: 9n });
    const { result } = await ask("eth_getBlockReceipts", ["0x1"]);
    const receipts = result as { transactionHash: string; logs: unknown[] }[];
    expect(receipts.map(({ transactionHash }) => transactionHash)).to.deep.equal(
      block.transactions,
    );
    expect(receipts.at(-1)!.logs, "the deposit of a token").to.have.length(1);
  });

  it("shows an accepted transaction as pending, and one that nobody sent as unknown", async () => {
    const open = (await provider.getTransaction(hashes.open))!;
    expect(open).to.include({ blockHash: null, blockNumber: null, from: bob.l1.address });
    expect(await provider.getTransactionReceipt(hashes.open)).to.equal(null);
    for (const hash of [`0x${"12".repeat(32)}`, `0x${"00".repeat(32)}`]) {
      expect(await provider.getTransaction(hash)).to.equal(null);
      expect(await provider.getTransactionReceipt(hash)).to.equal(null);
    }
  });

  it("finds the events of tokens by block, range, address and topics", async () => {
    const topic = id("Transfer(address,address,uint256)");
    const word = (address: bigint | string) => zeroPadValue(toBeHex(address, 20), 32);
    const all = { fromBlock: 0, toBlock: "latest" } as const;
    const { hash } = (await provider.getBlock(3))!;
    const find = async (filter: Filter | FilterByBlockHash) =>
      (await provider.getLogs(filter)).map(({ blockNumber, index, data }) => [
        ...[blockNumber, index],
        BigInt(data),
      ]);
    const [deposited, paid, fee] = [
      [1, 0, 500n],
      [3, 0, 30n],
      [3, 1, 4n],
    ];
    expect(await find(all)).to.deep.equal([deposited, paid, fee]);
    expect(await find({ fromBlock: 2 })).to.deep.equal([paid, fee]);
    expect(await find({ fromBlock: 0, toBlock: 2 })).to.deep.equal([deposited]);
    expect(await find({})).to.deep.equal([paid, fee]);
    expect(await find({ fromBlock: 3, toBlock: "pending" })).to.deep.equal([paid, fee]);
    expect(await find({ fromBlock: 9, toBlock: 12 })).to.deep.equal([]);
    expect(await find({ blockHash: hash! })).to.deep.equal([paid, fee]);
    expect(await find({ ...all, address: usd })).to.have.length(3);
    expect(await find({ ...all, address: [alice.l1.address] })).to.deep.equal([]);
    const toBob = [topic, null, word(bob.l1.address)];
    expect(await find({ ...all, topics: toBob })).to.deep.equal([paid]);
    const either = [null, null, [word(bob.l1.address), word(FEE_ACCOUNT)]];
    expect(await find({ ...all, topics: either })).to.deep.equal([paid, fee]);
    expect(await find({ ...all, topics: [null, null, null, topic] })).to.deep.equal([]);
    const inReceipt = (await ask("eth_getTransactionReceipt", [hashes.token])).result;
    const found = await ask("eth_getLogs", [{ blockHash: hash }]);
    expect(found.result).to.deep.equal((inReceipt as { logs: unknown[] }).logs);
  });

  it("refuses ranges of events that are too wide, in no order, or not known", async () => {
    const asked = { fromBlock: "0x0", toBlock: "0xffffffff" };
    expect((await ask("eth_getLogs", [asked])).result, "later blocks").to.have.length(3);
    for (const filter of [
      { fromBlock: "0x3", toBlock: "0x2" },
      { blockHash: `0x${"12".repeat(32)}` },
      { blockHash: `0x${"12".repeat(32)}`, fromBlock: "0x1" },
      { address: "0x12" },
      { address: Array.from({ length: 101 }, () => usd) },
      { topics: Array.from({ length: 5 }, () => null) },
    ]) {
      const code = await codeOf("eth_getLogs", filter);
      expect(code, JSON.stringify(filter).slice(0, 80)).to.equal("RPC_PARAMS_INVALID");
    }
    const long = await createOperatorWorld();
    for (let block = 0; block < 101; block++) {
      await deposit(long, BigInt(block + 1), 1n);
      long.operator.sealBlock();
    }
    const handler = createEthereumHandler(long.operator, 4242);
    const find = (fromBlock: string) => handler("eth_getLogs", [{ fromBlock }]);
    await expectRejection("RPC_RANGE_TOO_WIDE", find("earliest"));
    expect(await find("0x2"), "deposits of ETH are no events").to.deep.equal([]);
  });

  it("counts each block of a range of events towards the rate of a client", () => {
    const unitsOf = (...params: unknown[]) => unitsOfEthereum("eth_getLogs", params);
    const { units } = ETHEREUM_METHODS.eth_getLogs;
    expect(unitsOf({ fromBlock: "0x1", toBlock: "0xa" })).to.equal(10 * units);
    expect(unitsOf({ fromBlock: "0x1" }), "as wide as it may be").to.equal(100 * units);
    expect(unitsOf({ fromBlock: "0x1", toBlock: "0xfffff" })).to.equal(100 * units);
    for (const params of [[{}], [], ["0x"], [{ blockHash: `0x${"12".repeat(32)}` }]]) {
      expect(unitsOf(...params)).to.equal(units);
    }
    expect(unitsOfEthereum("eth_getCode", [])).to.equal(1);
    expect(unitsOfEthereum("eth_unknown", [])).to.equal(1);
  });

  it("answers balanceOf, decimals and symbol of a listed token, and no other call", async () => {
    const token = new Contract(
      usd,
      [
        "function balanceOf(address) view returns (uint256)",
        "function decimals() view returns (uint8)",
        "function symbol() view returns (string)",
        "function totalSupply() view returns (uint256)",
      ],
      provider,
    );
    const balanceOf = token.getFunction("balanceOf");
    expect(await balanceOf(alice.l1.address)).to.equal(466n);
    expect(await balanceOf(alice.l1.address, { blockTag: "safe" })).to.equal(500n);
    expect(await token.getFunction("decimals")()).to.equal(6n);
    expect(await token.getFunction("symbol")()).to.equal("USD");
    const { data } = await token.getFunction("totalSupply").populateTransaction();
    const balance = await balanceOf.populateTransaction(alice.l1.address);
    for (const call of [
      { to: usd, data },
      { to: usd },
      { to: usd, data: balance.data.slice(0, 40) },
      { to: alice.l1.address, data: balance.data },
      { to: `0x${"00".repeat(20)}`, data: balance.data },
    ]) {
      expect(await codeOf("eth_call", call)).to.equal("RPC_CALL_UNSUPPORTED");
    }
  });

  it("asks for no gas, and refuses whatever signs, sends or estimates", async () => {
    expect(await provider.getFeeData()).to.include({ gasPrice: 0n });
    expect((await ask("eth_maxPriorityFeePerGas")).result).to.equal("0x0");
    for (const method of [
      ...["eth_sendRawTransaction", "eth_sendTransaction", "eth_signTypedData_v4"],
      ...["personal_sign", "wallet_sendCalls", "eth_submitWork"],
    ]) {
      const { error } = await ask(method, ["0x02"]);
      expect(error!.data).to.include({ code: "RPC_READ_ONLY" });
      expect(error!.code).to.equal(-32004);
      expect(JSON.stringify(error)).to.include("hardhat-zkrollup/sdk");
    }
    expect(await codeOf("eth_estimateGas", {})).to.equal("RPC_WITHOUT_GAS");
    expect(await codeOf("eth_feeHistory", "0x4", "latest", [])).to.equal("RPC_WITHOUT_GAS");
    for (const method of ["eth_newFilter", "hardhat_setBalance", "__proto__", "toString"]) {
      expect(await codeOf(method)).to.equal("RPC_METHOD_UNKNOWN");
    }
  });

  it("RPC_PARAMS_INVALID: values that are not of the specification", async () => {
    const { address } = alice.l1;
    for (const [method, ...params] of [
      ["eth_getBalance"],
      ["eth_getBalance", address.slice(0, -1)],
      ["eth_getBalance", address, "0x01"],
      ["eth_getBalance", address, 1],
      ["eth_getBalance", address, "newest"],
      ["eth_getBalance", address, { blockNumber: "0x1", blockHash: `0x${"12".repeat(32)}` }],
      ["eth_getBalance", address, "latest", {}],
      ["eth_getBlockByNumber"],
      ["eth_getBlockByNumber", "latest", "yes"],
      ["eth_getTransactionByHash", "0x12"],
      ["eth_call", { data: "0x" }],
      ["eth_call", { to: usd, data: "0x1" }],
    ] as const) {
      expect(await codeOf(method, ...params), JSON.stringify(params)).to.equal(
        "RPC_PARAMS_INVALID",
      );
    }
  });

  it("writes quantities without leading zeros, and data of its full length", async () => {
    const found = [
      await ask("eth_getBlockByNumber", ["0x3", true]),
      await ask("eth_getBlockByNumber", ["pending", true]),
      await ask("eth_getBlockReceipts", ["0x3"]),
    ].map(({ result }) => result);
    const quantities =
      /^(?:number|blockNumber|transactionIndex|logIndex|nonce|value|gas\w*|chainId|status|type|timestamp|size|difficulty|baseFeePerGas|cumulativeGasUsed|effectiveGasPrice|[vrs])$/;
    const words = /^(?:hash|blockHash|transactionHash|parentHash|\w+Root|mixHash|sha3Uncles)$/;
    let checked = 0;
    const check = (value: unknown, name: string, parent: object): void => {
      if (typeof value === "object" && value !== null) {
        for (const [own, part] of Object.entries(value)) check(part, own, value);
      } else if (typeof value === "string") {
        const isBlockNonce = name === "nonce" && "miner" in parent;
        if (isBlockNonce) expect(value).to.match(/^0x0{16}$/);
        else if (quantities.test(name)) expect(value, name).to.match(QUANTITY);
        else if (words.test(name)) expect(value, name).to.match(/^0x[0-9a-f]{64}$/);
        else if (name === "logsBloom") expect(value).to.match(/^0x[0-9a-f]{512}$/);
        else if (/^(?:from|to|miner)$/.test(name)) expect(value).to.match(/^0x[0-9a-f]{40}$/);
        checked++;
      }
    };
    check(found, "", {});
    expect(checked).to.be.greaterThan(80);
  });

  it("counts a client's units and its calls in a request as elsewhere", async () => {
    const { operator } = world;
    const none = () => Promise.resolve(null);
    const limits = { unitsPerSecond: 1, unitsBurst: ETHEREUM_METHODS.eth_getBlockByHash.units };
    const small = await serveOperator(operator, none, { port: 0, limits });
    const post = (body: unknown) =>
      fetch(`${small.url}/eth`, { method: "POST", body: JSON.stringify(body) });
    const params = [`0x${"12".repeat(32)}`];
    const call = { jsonrpc: "2.0", id: 1, method: "eth_getBlockByHash", params };
    expect((await post(call)).status).to.equal(429);
    const codes = await (await post(Array(101).fill(call))).json();
    expect((codes as RpcAnswer).error!.data.code).to.equal("RPC_BATCH_TOO_LONG");
    const foreign = { method: "POST", headers: { origin: "https://evil.example" }, body: "{}" };
    expect((await fetch(`${server.url}/eth`, foreign)).status).to.equal(403);
    await small.close();
  });

  it("shows a deposit without a place on L2 as failed", async () => {
    const other = await createOperatorWorld();
    const { operator } = other;
    const handle = createEthereumHandler(operator, 1);
    // More than a balance can hold.
    for (let count = 0; count < 2; count++) await deposit(other, 5n, 2n ** 128n - 1n);
    await operator.processBlocks();
    const receipts = (await handle("eth_getBlockReceipts", ["latest"])) as { status: string }[];
    expect(receipts.map(({ status }) => status)).to.deep.equal(["0x1", "0x0"]);
  });
});
