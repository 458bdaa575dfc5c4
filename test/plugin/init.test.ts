/** `rollup:init` and the package's own command: written, kept and refused files. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { mergeGitignore, mergePackageJson } from "../../src/plugin/init/merge.ts";
import { writeProject } from "../../src/plugin/init/write-project.ts";
import { PACKAGE_ROOT } from "../../src/plugin/package-root.ts";
import { expectCode, expectRejection } from "../helpers/expect-code.ts";
import { runHardhat } from "../helpers/hardhat-cli.ts";
import { printedBy } from "../helpers/printed.ts";
import { createProject } from "../helpers/project.ts";

const FILES = [
  ".gitignore",
  "circuits/multiplier.circom",
  "contracts/ProvenProducts.sol",
  "hardhat.config.ts",
  "package.json",
  "test/multiplier.test.ts",
  "test/proven-products.test.ts",
  "test/rollup.test.ts",
  "tsconfig.json",
];
const OWN = { version: "1.2.3", devDependencies: { hardhat: "^3.18.0", "@types/node": "^24.0.0" } };
const NAMES = { packageName: "hardhat-zkrollup", file: "package.json", projectName: "My Rollup!" };

interface ProjectJson {
  readonly name: string;
  readonly type: string;
  readonly license?: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function merge(present?: object) {
  const { text, replaces } = mergePackageJson(present && JSON.stringify(present), OWN, NAMES);
  return { json: JSON.parse(text) as ProjectJson, replaces };
}

/** Runs the package's command from its source, without a terminal. */
function runCommand(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const cli = join(PACKAGE_ROOT, "src/cli.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

describe("plugin/init", () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "rollup-init-")), "project");
  });
  afterEach(() => rm(join(folder, ".."), { recursive: true }));

  const read = (file: string) => readFile(join(folder, file), "utf8");
  const differ = () => writeFile(join(folder, "tsconfig.json"), "{}\n");

  it("writes a project, and nothing the second time", async () => {
    const first = await writeProject({ folder, force: false });
    expect([...first.written].sort()).to.deep.equal(FILES);
    const second = await writeProject({ folder, force: false });
    expect(second.written).to.deep.equal([]);
    expect([...second.unchanged].sort()).to.deep.equal(FILES);
    expect(await read(".gitignore")).to.include("node_modules/");
  });

  it("refuses to replace a file when nobody can answer, and writes nothing", async () => {
    await mkdir(folder);
    await differ();
    const refusal = await expectRejection(
      "INIT_FILES_EXIST",
      writeProject({ folder, force: false }),
    );
    expect(refusal.facts["files"]).to.deep.equal(["tsconfig.json"]);
    expect(await readdir(folder)).to.deep.equal(["tsconfig.json"]);
    expect(await read("tsconfig.json")).to.equal("{}\n");
  });

  it("asks before it replaces a file, and writes nothing after a no", async () => {
    await mkdir(folder);
    await differ();
    const asked: (readonly string[])[] = [];
    const confirm = (answer: boolean) => async (files: readonly string[]) => {
      asked.push(files);
      return answer;
    };
    const refused = await writeProject({ folder, force: false, confirm: confirm(false) });
    expect(refused).to.deep.include({ written: [], refused: ["tsconfig.json"] });
    expect(await read("tsconfig.json")).to.equal("{}\n");
    const agreed = await writeProject({ folder, force: false, confirm: confirm(true) });
    expect(agreed.written).to.include("tsconfig.json");
    expect(asked).to.deep.equal([["tsconfig.json"], ["tsconfig.json"]]);
    expect(await read("tsconfig.json")).to.include("nodenext");
  });

  it("replaces files without a question with force", async () => {
    await mkdir(folder);
    await differ();
    const { written } = await writeProject({ folder, force: true });
    expect(written).to.include("tsconfig.json");
  });

  it("keeps the contents of package.json, and adds what it lacks", () => {
    const { json, replaces } = merge({
      name: "mine",
      license: "MIT",
      scripts: { test: "mocha", lint: "eslint" },
      devDependencies: { hardhat: "^3.9.0" },
    });
    expect(replaces).to.equal(false);
    expect(json).to.include({ name: "mine", license: "MIT", type: "module" });
    expect(json.scripts).to.deep.equal({ test: "mocha", lint: "eslint" });
    expect(json.devDependencies).to.include({
      hardhat: "^3.9.0",
      "@types/node": "^24.0.0",
      "hardhat-zkrollup": "^1.2.3",
    });
  });

  it("names a new package after its folder, and gives it a test command", () => {
    const { json } = merge();
    expect(json).to.include({ name: "my-rollup", type: "module" });
    expect(json.scripts).to.deep.equal({ test: "hardhat test" });
    const placeholder = 'echo "Error: no test specified" && exit 1';
    expect(merge({ scripts: { test: placeholder } }).json.scripts).to.deep.equal({
      test: "hardhat test",
    });
  });

  it("counts a package of type commonjs as replaced", () => {
    expect(merge({ type: "commonjs" })).to.have.property("replaces", true);
    expect(merge({ type: "module" })).to.have.property("replaces", false);
  });

  it("refuses a package.json that is no JSON object", () => {
    for (const text of ["{", "[]", "null", '"text"']) {
      expectCode("INIT_PACKAGE_JSON_INVALID", () => mergePackageJson(text, OWN, NAMES));
    }
  });

  it("adds to .gitignore only the lines that it lacks", () => {
    expect(mergeGitignore("", "a/\nb/\n")).to.equal("a/\nb/\n");
    expect(mergeGitignore("b/\nmine", "a/\nb/\n")).to.equal("b/\nmine\na/\n");
    expect(mergeGitignore("a/\nb/\n", "a/\nb/\n")).to.equal("a/\nb/\n");
  });

  it("runs as a task and as a command, and prints the next commands or JSON", async () => {
    const task = await runHardhat("rollup:init", folder);
    expect(task.exitCode, task.stderr).to.equal(0);
    expect(task.stdout).to.include(`cd ${folder}`).and.include("npx hardhat test");
    const command = await runCommand("init", folder, "--json");
    const report = JSON.parse(command.stdout) as { unchanged: string[]; next: string[] };
    expect(report.unchanged).to.have.length(FILES.length);
    expect(report.next).to.deep.equal([`cd ${folder}`, "npm install", "npx hardhat test"]);
  });

  it("keeps the config of the project that runs the task, also with force", async () => {
    const project = await createProject("circuits");
    const task = (await project.createHre()).tasks.getTask("rollup:init");
    const args = { folder: project.root, force: true, json: true };
    const { stdout } = await printedBy(() => task.run(args));
    const report = JSON.parse(stdout) as { kept: string[]; written: string[] };
    expect(report.kept).to.deep.equal(["hardhat.config.ts"]);
    expect(report.written).to.include("test/rollup.test.ts").and.not.include("hardhat.config.ts");
    expect(await readdir(project.root)).to.not.include("hardhat.config.ts");
    const elsewhere = await printedBy(() => task.run({ ...args, folder }));
    expect(JSON.parse(elsewhere.stdout)).to.deep.include({ kept: [] });
    await project.remove();
  });

  it("fails with a code and a fix, without a stack", async () => {
    await mkdir(folder);
    await differ();
    const cases: readonly { code: string; args: string[]; shown?: string }[] = [
      { code: "INIT_FILES_EXIST", args: ["init", folder] },
      { code: "COMMAND_UNKNOWN", args: ["init", folder, "more"] },
      { code: "COMMAND_UNKNOWN", args: ["build"] },
      { code: "COMMAND_UNKNOWN", args: ["--json", "build"], shown: '"build"' },
      { code: "COMMAND_OPTION_INVALID", args: ["init", "--wrong"], shown: "--wrong is unknown" },
      { code: "COMMAND_OPTION_INVALID", args: ["prover", "-q"], shown: "-q is unknown" },
      { code: "COMMAND_OPTION_INVALID", args: ["prover", "--keys"], shown: "--keys needs a value" },
      {
        code: "COMMAND_OPTION_INVALID",
        args: ["init", "--json=1"],
        shown: "--json takes no value",
      },
      { code: "COMMAND_OPTION_INVALID", args: ["prover", "--postgres://user:s3cret@db"] },
      { code: "COMMAND_OPTION_INVALID", args: ["prover", "--que", "postgres://user:s3cret@db"] },
      { code: "OPTION_MISSING", args: ["prover"], shown: "ROLLUP_PROVER_QUEUE" },
      { code: "FILE_NOT_ACCESSIBLE", args: ["init", join(folder, "tsconfig.json")] },
    ];
    for (const { code, args, shown } of cases) {
      const outcome = await runCommand(...args);
      expect(outcome.code, args.join(" ")).to.equal(1);
      expect(outcome.stderr)
        .to.match(new RegExp(`^${code}: `))
        .and.include("Fix: ");
      expect(outcome.stderr).to.not.include("    at ").and.not.include("s3cret");
      if (shown !== undefined) expect(outcome.stderr).to.include(shown);
    }
    const help = await runCommand("--help");
    expect(help).to.have.property("code", 0);
    expect(help.stdout).to.include("--force").and.include("--json");
  });
});
