/** Examples: the projects that users copy name tested versions, and those of docstrings run. */
import { globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import * as circom from "../../src/circom.ts";
import * as core from "../../src/core.ts";
import * as exit from "../../src/exit.ts";
import * as groth16 from "../../src/groth16.ts";
import * as node from "../../src/node.ts";
import * as multisig from "../../src/multisig.ts";
import * as sdk from "../../src/sdk.ts";
import * as compat from "../../src/compat.ts";
import { circuitAssert, rollupAssert } from "../../src/assert.ts";
import { type Example, findExamples, toScript } from "../helpers/docstring-examples.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { writeKnownPtau } from "../helpers/known-ptau.ts";
import { createProject, type Project } from "../helpers/project.ts";
import { PROJECT_ROOT } from "../helpers/source-files.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const read = (file: string) =>
  JSON.parse(readFileSync(join(PROJECT_ROOT, file), "utf8")) as Manifest;

const EXAMPLES = globSync("examples/*/package.json", { cwd: PROJECT_ROOT }).sort();

describe("docs: examples", () => {
  it("are the five that examples/README.md lists", () => {
    const readme = readFileSync(join(PROJECT_ROOT, "examples/README.md"), "utf8");
    const listed = [...readme.matchAll(/\]\(([\w-]+)\/\)/g)].map(([, name]) => name!);
    const names = EXAMPLES.map((file) => basename(dirname(file)));
    expect(names).to.deep.equal(["exchange", "exit", "own-circuit", "payments", "viem"]);
    expect(listed.sort()).to.deep.equal(names);
  });

  for (const file of EXAMPLES) {
    it(`${file} has the versions that are tested`, () => {
      const { version, devDependencies: tested } = read("package.json");
      const versions: Readonly<Record<string, string>> = {
        ...tested,
        "hardhat-zkrollup": `^${version}`,
      };
      const { devDependencies } = read(file);
      const differing = Object.entries(devDependencies)
        .filter(([name, range]) => range !== versions[name])
        .map(([name]) => name);
      expect(differing).to.deep.equal([]);
    });
  }
});

/** Everything that a user can import without Hardhat. */
const EXPORTS: Readonly<Record<string, unknown>> = {
  ...circom,
  ...compat,
  circuitAssert,
  rollupAssert,
  ...core,
  ...exit,
  ...groth16,
  ...node,
  ...sdk,
  ...multisig,
};
/**
 * Examples that cannot run: one lists a contract of its reader, one creates error codes, one uses
 * several internal modules, and two are of pages.
 */
const TEXT_EXAMPLES = 6;
/** Powers of tau in an example: 2^4, more than the multiplier takes. */
const PTAU_EXPONENT = 4;

const AsyncFunction = (async () => undefined).constructor as new (
  ...parts: string[]
) => (...values: unknown[]) => Promise<void>;

/** A project with the circuit of `rollup:init`, and a rollup with two users. */
async function createExampleWorld(project: Project) {
  const circuit = "src/plugin/init/template/circuits/multiplier.circom";
  await mkdir(join(project.root, "circuits"));
  await project.write(
    "circuits/multiplier.circom",
    readFileSync(join(PROJECT_ROOT, circuit), "utf8"),
  );
  const hre = await project.createHre({ rollup: { prover: "mock" } });
  await hre.tasks.getTask("build").run({ quiet: true });
  const { ethers, networkHelpers, rollup } = await hre.network.create();
  await rollup.deploy();
  const [, alice, bob] = await rollup.getWallets();
  for (const wallet of [alice!, bob!]) {
    await wallet.deposit({ token: "ETH", amount: ethers.parseEther("10") });
    await wallet.setSigningKey();
  }
  await rollup.processBlocks();
  const { provider } = rollup;
  const [validator] = await ethers.getSigners();
  const client = await core.connectRollup(await provider.getConfig(), validator!);
  const multiplier = await hre.circuits.get("multiplier");
  const ptauPath = join(project.root, "powers.ptau");
  await writeKnownPtau(ptauPath, "example", PTAU_EXPONENT);
  const snapshot = await networkHelpers.takeSnapshot();
  const users = { hre, ethers, networkHelpers, rollup, provider, client, alice, bob };
  const names = { ...users, expect, fc, multiplier, ptauPath };
  return { hre, names, restore: () => snapshot.restore() };
}

/** What an example finds in scope: one of what is internal also finds the exports of its file. */
async function scopeOf({ path, name }: Example): Promise<Readonly<Record<string, unknown>>> {
  if (name in EXPORTS) return EXPORTS;
  const file = (await import(join(PROJECT_ROOT, path))) as Record<string, unknown>;
  return { ...file, ...EXPORTS };
}

describe("docs: examples of docstrings", () => {
  const examples = globSync("src/**/*.ts", { cwd: PROJECT_ROOT })
    .sort()
    .filter((path) => !path.includes("/template/"))
    .flatMap(findExamples);
  const runnable = examples.filter(({ isText }) => !isText);
  let project: Project;
  let world: Awaited<ReturnType<typeof createExampleWorld>>;

  before(async () => {
    project = await createProject();
    world = await createExampleWorld(project);
  });

  after(async () => {
    await world.hre.circuits.close();
    await project.remove();
  });

  it("all run but the marked ones", () => {
    expect(runnable).to.not.be.empty;
    expect(examples.length - runnable.length).to.equal(TEXT_EXAMPLES);
  });

  for (const [index, example] of runnable.entries()) {
    it(`${index + 1}: ${example.path}: ${example.name}`, async () => {
      await world.restore();
      const { script, checks } = toScript(example.code);
      const asserts = /\b(?:expect|circuitAssert|rollupAssert)\b/.test(example.code);
      expect(asserts || checks > 0, "an assertion, or an expression with a value").to.equal(true);
      const names = {
        ...(await scopeOf(example)),
        ...world.names,
        folder: await mkdtemp(join(project.root, "example-")),
        expectValue: async (evaluate: () => Promise<unknown>, expected: unknown) =>
          expect(await evaluate()).to.deep.equal(expected),
        expectThrow: (evaluate: () => Promise<unknown>, errorCode: string) =>
          expectRejection(errorCode, evaluate()),
      };
      await new AsyncFunction(...Object.keys(names), script)(...Object.values(names));
    });
  }
});
