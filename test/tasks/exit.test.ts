/** `rollup:restore` and `rollup:exit` against an L1 without an operator. */
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { JsonRpcServer, NetworkConnection } from "hardhat/types/network";
import plugin from "../../src/index.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { bigintToJson } from "../../src/util/json.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const ETHER = 10n ** 18n;
const EXPIRATION_SECONDS = 3600;
const OUTPUT = join(tmpdir(), `rollup-restore-${process.pid}.json`);

interface RestoreResult {
  readonly preset: string;
  readonly executed: { readonly blockNumber: number; readonly stateRoot: string };
}
interface AskResult {
  readonly asked: readonly object[];
}
interface ExitResult {
  readonly claimed: string;
  readonly cancelled: readonly object[];
  readonly balanceBefore: string;
  readonly balanceAfter: string;
}

describe("tasks: restore and exit", () => {
  let server: JsonRpcServer;
  let l1: NetworkConnection;
  /** Runtime of a project that has only the node's URL. */
  let user: HardhatRuntimeEnvironment;
  let rollup: string;
  let stateRoot: bigint;
  let addresses: string[];

  before(async () => {
    server = await hre.network.createServer("node", "127.0.0.1", 0);
    const { address, port } = await server.listen();
    const url = `http://${address}:${port}`;
    const networks = { node1: { type: "http" as const, url } };
    const global = { network: "node1" };
    user = await createHardhatRuntimeEnvironment(
      { plugins: [plugin], networks, paths: { sources: "contracts" } },
      global,
      PACKAGE_ROOT,
    );
    l1 = await user.network.create();
    const priority = { priorityExpirationSeconds: EXPIRATION_SECONDS };
    await l1.rollup.deploy({ prover: "mock", mode: "manual", ...priority });
    const [, alice, bob] = await l1.rollup.getWallets();
    await alice!.deposit({ token: "ETH", amount: 3n * ETHER });
    await l1.rollup.processBlocks();
    await bob!.deposit({ token: "ETH", amount: ETHER });
    rollup = await l1.rollup.contracts.rollup.getAddress();
    stateRoot = l1.rollup.operator.blocks.at(-1)!.applied.state.root;
    addresses = [alice!.address, bob!.address];
    await l1.rollup.operator.close();
  });

  after(async () => {
    await l1.close();
    await server.close();
    await rm(OUTPUT, { force: true });
  });

  /** Runs a task with --json. @returns What it prints. */
  async function jsonOf(task: string, args: object): Promise<unknown> {
    const write = process.stdout.write.bind(process.stdout);
    let text = "";
    process.stdout.write = (chunk) => {
      text += String(chunk);
      return true;
    };
    try {
      const common = { json: true, rollup, output: OUTPUT };
      await user.tasks.getTask(task).run({ ...common, ...args });
    } finally {
      process.stdout.write = write;
    }
    return JSON.parse(text);
  }

  const exit = (args: object) => jsonOf("rollup:exit", { prover: "mock", ...args });

  it("restores the operator's state, with the same result twice", async () => {
    for (let round = 0; round < 2; round++) {
      const restored = (await jsonOf("rollup:restore", {})) as RestoreResult;
      expect(restored.preset).to.equal("minimal");
      expect(restored.executed.blockNumber).to.equal(1);
      expect(restored.executed.stateRoot).to.equal(bigintToJson(stateRoot));
    }
  });

  it("requests a full exit while the operator runs, only with the option", async () => {
    const causeOf = (error: unknown): never => {
      throw (error as { cause: Error }).cause;
    };
    const refused = exit({ account: addresses[0] }).catch(causeOf);
    await expectRejection("EXIT_ROLLUP_ALIVE", refused);
    const asked = (await exit({ account: addresses[0], request: true })) as AskResult;
    expect(asked.asked).to.have.length(1);
    expect(asked.asked[0]).to.include({ accountId: 1, requestId: 2 });
    const missing = exit({}).catch(causeOf);
    await expectRejection("OPTION_MISSING", missing);
    for (const account of ["0x7099", "alice", "alice.eth", "-1", "1.5", "", "0x"]) {
      await expectRejection("ADDRESS_INVALID", exit({ account }).catch(causeOf));
    }
  });

  it("exits with the money when the operator has let a request expire", async () => {
    await l1.networkHelpers.time.increase(EXPIRATION_SECONDS);
    const claim = (await exit({ account: addresses[0], withoutProof: true })) as ExitResult;
    expect(claim).to.include({ claimed: bigintToJson(3n * ETHER) });
    const deposit = (await exit({ account: addresses[1] })) as ExitResult;
    expect(deposit).to.include({ claimed: "0x0" });
    expect(deposit.cancelled).to.deep.equal([{ requestId: 1, amount: bigintToJson(ETHER) }]);
    for (const { balanceBefore, balanceAfter } of [claim, deposit]) {
      expect(BigInt(balanceAfter) > BigInt(balanceBefore)).to.equal(true);
    }
    expect(await l1.ethers.provider.getBalance(rollup)).to.equal(0n);
  });
});
