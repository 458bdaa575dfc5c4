/** A node lies about the decimals of a token to who proposes a payment of a group. */
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import { startDevnet } from "../../src/plugin/devnet/devnet.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { dealFrostShares } from "../../src/multisig/dealer.ts";
import { groupToJson } from "../../src/multisig/group-json.ts";
import { installHardhat, runInProject } from "../helpers/project-cli.ts";
import { createProject } from "../helpers/project.ts";
import { createFakeNode } from "../helpers/sdk-world.ts";

const ETHER = 10n ** 18n;

describe("attacks: decimals in rollup:multisig", () => {
  it("proposes the amount that was typed, by the decimals of L1", async () => {
    const devnet = await startDevnet(hre, { port: 0, hostname: "127.0.0.1", prover: "mock" });
    const { url, accounts } = devnet.description;
    const connection = await hre.network.create({ network: "localhost", override: { url } });
    const node = await createFakeNode(url);
    node.answer = async ({ method }, _response, pass) => {
      const answer = (await pass()) as { result: object[] };
      if (method !== "rollup_getTokens") return answer;
      return { ...answer, result: answer.result.map((token) => ({ ...token, decimals: 19 })) };
    };
    const project = await createProject();
    await installHardhat(project, {});
    const plugin = JSON.stringify(join(PACKAGE_ROOT, "src", "index.ts"));
    const networks = JSON.stringify({ devnet: { type: "http", url: node.url } });
    const config = `import zkrollup from ${plugin};
export default { plugins: [zkrollup], networks: ${networks} };
`;
    await project.write("hardhat.config.ts", config);
    const { group } = dealFrostShares({ threshold: 2, members: 3 })[0]!;
    await project.write("group.json", JSON.stringify(groupToJson(group)));
    const owner = accounts[7]!.address;
    const [, alice] = await connection.rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: ETHER, to: owner })).wait();
    const payment = ["--to", alice!.address, "--amount", "0.25", "--signers", "2,3"];
    const args = ["propose", "--folder", "pay", "--account", owner, "--group", "group.json"];
    const task = ["--network", "devnet", "rollup:multisig", ...args, ...payment];
    const { stdout, stderr } = await runInProject(project, task, "");
    await connection.close();
    await node.close();
    await devnet.close();
    await project.remove();
    expect(stdout + stderr).to.include("Amount     0.25 ETH");
  });
});
