/** The operator stops, and two users get out: one with a proof, one without any proving key. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";
import { network } from "hardhat";

const EXPIRATION_SECONDS = 24 * 60 * 60;
const run = promisify(execFile);

describe("exit", () => {
  let node: Awaited<ReturnType<typeof network.createServer>>;
  before(async () => {
    node = await network.createServer("default", "127.0.0.1", 18545);
    await node.listen();
  });
  after(() => node.close());

  it("needs nothing but L1", async () => {
    const { ethers, networkHelpers, rollup } = await network.create("l1");
    await rollup.deploy({ priorityExpirationSeconds: EXPIRATION_SECONDS });
    const [, alice, bob] = await rollup.getWallets();
    const amount = ethers.parseEther("4");
    await alice!.deposit({ token: "ETH", amount });
    await (await bob!.deposit({ token: "ETH", amount })).wait("executed");
    const address = await rollup.contracts.rollup.getAddress();
    await rollup.operator.close(); // and nobody starts another one

    /** `rollup:exit` as its user runs it. */
    const exit = async (account: string, ...options: string[]) => {
      const task = ["hardhat", "rollup:exit", "--network", "l1", "--json"];
      const { stdout } = await run("npx", [
        ...task,
        ...["--rollup", address, "--account", account, ...options],
      ]);
      return JSON.parse(stdout) as { claimed: string; exits: { by: string }[] };
    };

    await exit(alice!.address, "--request");
    await networkHelpers.time.increase(EXPIRATION_SECONDS + 1);

    const byProof = await exit(alice!.address);
    expect(BigInt(byProof.claimed)).to.equal(amount);
    expect(byProof.exits.map(({ by }) => by)).to.deep.equal(["proof"]);

    const byPath = await exit(bob!.address, "--without-proof");
    expect(BigInt(byPath.claimed)).to.equal(amount);
    expect(byPath.exits.map(({ by }) => by)).to.deep.equal(["path"]);
    expect(await ethers.provider.getBalance(address)).to.equal(0n);
  });
});
