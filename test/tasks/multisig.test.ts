/** `rollup:multisig`: a group of 2 of 3 on a devnet, one process for each member and step. */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { type Devnet, startDevnet } from "../../src/plugin/devnet/devnet.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import type { Outcome } from "../helpers/hardhat-cli.ts";
import { answerInProject, installHardhat, runInProject } from "../helpers/project-cli.ts";
import { createProject, type Project } from "../helpers/project.ts";

const ETHER = 10n ** 18n;

describe("tasks: rollup:multisig", () => {
  let devnet: Devnet;
  let connection: NetworkConnection;
  let project: Project;
  /** Owner of the group's account: an account of the devnet. */
  let owner: string;

  before(async () => {
    devnet = await startDevnet(hre, { port: 0, hostname: "127.0.0.1", prover: "mock" });
    const { url } = devnet.description;
    connection = await hre.network.create({ network: "localhost", override: { url } });
    owner = devnet.description.accounts[7]!.address;
    project = await createProject();
    await installHardhat(project, {});
    const plugin = JSON.stringify(join(PACKAGE_ROOT, "src", "index.ts"));
    const networks = JSON.stringify({ devnet: { type: "http", url } });
    const config = `import zkrollup from ${plugin};
export default { plugins: [zkrollup], networks: ${networks} };
`;
    await project.write("hardhat.config.ts", config);
  });

  after(async () => {
    await connection.close();
    await devnet.close();
    await project.remove();
  });

  const run = (input: string, ...args: string[]): Promise<Outcome> =>
    runInProject(project, ["--network", "devnet", "rollup:multisig", ...args], input);

  async function succeed(input: string, ...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run(input, ...args);
    expect(exitCode, stdout + stderr).to.equal(0);
    return stdout + stderr;
  }

  /** Signs as a person does, who answers the question after it is shown. */
  async function signByHand(...args: string[]): Promise<string> {
    const task = ["--network", "devnet", "rollup:multisig", ...args];
    const question = /Type (\d{6}) to sign this/;
    const { exitCode, stdout, stderr } = await answerInProject(project, task, question);
    expect(exitCode, stdout + stderr).to.equal(0);
    return stdout + stderr;
  }

  async function refuse(code: string, ...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await run("", ...args);
    expect(exitCode, stdout).to.equal(1);
    expect(stderr).to.include(`${code}: `).and.include("Fix: ");
    expect(stderr).to.not.include("    at ").and.not.include("bug in Hardhat");
    return stderr;
  }

  const secretOf = (member: number) => `member-${member}.json`;
  const keygen = (member: number, files: { secret?: string; group?: string } = {}) => [
    ...["keygen", "--folder", "keygen", "--secret", files.secret ?? secretOf(member)],
    ...["--member", String(member), "--members", "3", "--threshold", "2", "--label", "test"],
    ...["--group", files.group ?? `group-${member}.json`],
  ];
  const session = (step: string, folder: string, ...more: string[]) => [
    ...[step, "--folder", folder, "--account", owner, "--group", "group-1.json", ...more],
  ];
  const sign = (folder: string, member: number, ...more: string[]) =>
    session("sign", folder, "--secret", secretOf(member), ...more);

  it("creates a key, sets it, and pays, without a secret on the screen or in the folder", async () => {
    const printed = await Promise.all([1, 2, 3].map((id) => succeed("", ...keygen(id))));
    const fingerprints = printed.map((text) => /Fingerprint +(0x\w{64})/.exec(text)![1]);
    expect(new Set(fingerprints).size).to.equal(1);
    const secrets: string[] = [];
    for (const member of [1, 2, 3]) {
      const file = join(project.root, secretOf(member));
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      secrets.push((JSON.parse(await readFile(file, "utf8")) as { secret: string }).secret);
    }
    await refuse("MULTISIG_SECRET_EXISTS", ...keygen(1, { group: "group-4.json" }));
    await refuse("MULTISIG_GROUP_EXISTS", ...keygen(1, { secret: "member-4.json" }));
    for (const file of ["member-4.json", "group-4.json"]) {
      expect(await readdir(project.root)).to.not.include(file);
    }

    const [, alice, bob] = await connection.rollup.getWallets();
    await (await alice!.deposit({ token: "ETH", amount: ETHER, to: owner })).wait();
    const change = ["--type", "changePubKey", "--signers", "1,3"];
    printed.push(await succeed("", ...session("propose", "key", ...change)));
    const signed = [signByHand(...sign("key", 1)), succeed("", ...sign("key", 3, "--yes"))];
    printed.push(...(await Promise.all(signed)));
    printed.push(await succeed("", ...session("submit", "key")));

    const payment = ["--to", bob!.address, "--amount", "0.25", "--signers", "2,3"];
    printed.push(await succeed("", ...session("propose", "pay", ...payment)));
    const paid = [2, 3].map((id) => signByHand(...sign("pay", id)));
    printed.push(...(await Promise.all(paid)));
    expect(printed.at(-1)).to.include("Amount     0.25 ETH").and.include(bob!.address);
    const { exitCode, stdout } = await run("", ...session("submit", "pay", "--json"));
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ status: "accepted" });
    expect(await bob!.getBalance("ETH")).to.equal(ETHER / 4n);

    const folders = await Promise.all(
      ["keygen", "key", "pay"].map(async (folder) => {
        const files = await readdir(join(project.root, folder));
        return Promise.all(files.map((file) => readFile(join(project.root, folder, file), "utf8")));
      }),
    );
    for (const text of [...printed, ...folders.flat()]) {
      for (const secret of secrets) expect(text).to.not.include(secret.slice(2));
    }
  });

  it("signs nothing unless the person answers the question", async () => {
    for (const early of ["no\n", "yes\n", ""]) {
      const answered = await run(early, ...sign("pay", 2));
      expect(answered.exitCode).to.equal(1);
      expect(answered.stderr).to.include("MULTISIG_DECLINED: ");
    }
  });

  it("takes no answer from what is pasted with a proposal", async () => {
    const proposal = JSON.parse(
      await readFile(join(project.root, "pay", "proposal.json"), "utf8"),
    ) as unknown;
    const pasted = `${JSON.stringify(proposal)}\nyes\n`;
    const args = ["sign", "--account", owner, "--secret", secretOf(2)];
    const { exitCode, stderr } = await run(pasted, ...args);
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("MULTISIG_DECLINED: ");
  });

  it("asks the operator of --node, and L1 of the network", async () => {
    const { url } = devnet.description;
    const l1Only = ["--network", "devnet", "rollup:multisig"];
    const proposal = ["--type", "changePubKey", "--signers", "1,3"];
    const there = session("propose", "own-l1", ...proposal, "--node", url);
    expect((await runInProject(project, [...l1Only, ...there], "")).exitCode).to.equal(0);
    const nowhere = session("propose", "nowhere", ...proposal, "--node", "http://127.0.0.1:1");
    const { exitCode, stderr } = await runInProject(project, [...l1Only, ...nowhere], "");
    expect(exitCode).to.equal(1);
    expect(stderr).to.include("CONNECTION_FAILED: ");
  });

  it("refuses bad input with a code and a fix", async () => {
    await refuse("OPTION_INVALID");
    await refuse("OPTION_INVALID", "hello");
    await refuse("OPTION_INVALID", "keygen", "--scheme", "bls", "--secret", "x.json");
    await refuse("MULTISIG_CONTENT_MISSING", "keygen");
    await refuse("MULTISIG_CONTENT_MISSING", "keygen", "--secret", "x.json");
    const alone = ["--secret", "x.json", "--label", "test", "--members", "1"];
    await refuse("MULTISIG_SIZE_INVALID", "keygen", ...alone);
    await refuse("MULTISIG_FILE_INVALID", "sign", "--secret", "missing.json");
    await writeFile(join(project.root, "other.json"), "{}", { mode: 0o600 });
    await refuse("MULTISIG_MESSAGE_INVALID", "sign", "--secret", "other.json");
    await mkdir(join(project.root, "late"), { recursive: true });
    const late = await refuse("MULTISIG_MESSAGES_INCOMPLETE", ...sign("late", 2, "--timeout", "1"));
    expect(late).to.include("proposal");
    const exposed = join(project.root, "exposed.json");
    await writeFile(exposed, await readFile(join(project.root, secretOf(1))), { mode: 0o644 });
    await refuse("MULTISIG_SECRET_EXPOSED", "sign", "--secret", "exposed.json");
  });
});
