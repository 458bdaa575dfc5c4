/** Examples: the projects that users copy name tested versions, and those of docstrings run. */
import { globSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { expect } from "chai";
import { loadCircuit } from "../../src/circom/circuit.ts";
import * as sdk from "../../src/sdk.ts";
import * as compat from "../../src/compat.ts";
import { circuitAssert } from "../../src/assert.ts";
import { findExamples, toScript } from "../helpers/docstring-examples.ts";
import { expectRejection } from "../helpers/expect-code.ts";
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
  it("are the four that examples/README.md lists", () => {
    const readme = readFileSync(join(PROJECT_ROOT, "examples/README.md"), "utf8");
    const listed = [...readme.matchAll(/\]\(([\w-]+)\/\)/g)].map(([, name]) => name!);
    const names = EXAMPLES.map((file) => basename(dirname(file)));
    expect(names).to.deep.equal(["exchange", "exit", "own-circuit", "payments"]);
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

/** Files whose docstrings have examples that users rely on. */
const DOCUMENTED = [
  "src/sdk.ts",
  "src/sdk/amounts.ts",
  "src/sdk/batch.ts",
  "src/sdk/handles.ts",
  "src/sdk/key-derivation.ts",
  "src/sdk/provider.ts",
  "src/sdk/signer.ts",
  "src/sdk/wallet.ts",
  "src/api/client.ts",
  "src/operations/packed.ts",
  "src/util/errors.ts",
  "src/circom/circuit.ts",
  "src/circom/circuit-witness.ts",
  "src/plugin/circuits/project-circuits.ts",
  "src/plugin/rollup/types.ts",
  "src/testing/assertions.ts",
  "src/testing/chai-types.ts",
  "src/testing/circomkit.ts",
  "src/testing/zkit.ts",
];
/** Examples that cannot run: one lists a contract of its reader, one creates error codes. */
const TEXT_EXAMPLES = 2;

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
  const snapshot = await networkHelpers.takeSnapshot();
  const names = {
    ...sdk,
    ...compat,
    expect,
    circuitAssert,
    loadCircuit,
    hre,
    ethers,
    rollup,
    provider,
    alice,
    bob,
  };
  return { hre, names, restore: () => snapshot.restore() };
}

describe("docs: examples of docstrings", () => {
  const examples = DOCUMENTED.flatMap(findExamples);
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

  it("exist in every file, and all but the marked ones run", () => {
    for (const path of DOCUMENTED) expect(findExamples(path), path).to.not.be.empty;
    expect(examples.length - runnable.length).to.equal(TEXT_EXAMPLES);
  });

  for (const [index, { place, code }] of runnable.entries()) {
    it(`${index + 1}: ${place}`, async () => {
      await world.restore();
      const { script, checks } = toScript(code);
      const asserts = /\b(?:expect|circuitAssert)\b/.test(code);
      expect(asserts || checks > 0, "an assertion, or an expression with a value").to.equal(true);
      const names = {
        ...world.names,
        expectValue: async (evaluate: () => Promise<unknown>, expected: unknown) =>
          expect(await evaluate()).to.deep.equal(expected),
        expectThrow: (evaluate: () => Promise<unknown>, errorCode: string) =>
          expectRejection(errorCode, evaluate()),
      };
      await new AsyncFunction(...Object.keys(names), script)(...Object.values(names));
    });
  }
});
