/** Files of a build: damaged, moved, shared by two builds, or not writable. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chmod, cp, mkdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { readManifest } from "../../src/plugin/circuits/manifest.ts";
import { buildCircuits } from "../../src/plugin/circuits/pipeline.ts";
import { silentProgress } from "../../src/plugin/progress.ts";
import { createProver } from "../../src/plugin/rollup/prover.ts";
import { blockKindId } from "../../src/protocol/kinds.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { fromTaggedJson, toTaggedJson } from "../../src/util/json.ts";
import { cutOff, emptyOut, flipBit } from "../helpers/damage.ts";
import { createProject, type Project } from "../helpers/project.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
const MOCK = { rollup: { prover: "mock" } } as const;

function codeOf(error: unknown): string {
  return /\b[A-Z]+(?:_[A-Z]+)+\b/.exec((error as Error).message)?.[0] ?? String(error);
}

describe(`plugin/files ${random.title}`, () => {
  let project: Project;
  afterEach(async () => {
    await project.remove();
  });

  function build(hre: HardhatRuntimeEnvironment): Promise<unknown> {
    return hre.tasks.getTask("build").run({ quiet: true, noContracts: true });
  }

  describe("of a circuit of the project's own", () => {
    let hre: HardhatRuntimeEnvironment;
    beforeEach(async () => {
      project = await createProject("circuits");
      hre = await project.createHre(MOCK);
      await build(hre);
    });

    async function contents(): Promise<Map<string, string>> {
      const { cache, types } = hre.config.rollup.paths;
      const files = [cache, types].flatMap((folder) =>
        readdirSync(folder, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => join(parentPath, name)),
      );
      const texts = files.map((file) => readFile(file, "base64"));
      return new Map((await Promise.all(texts)).map((text, i) => [files[i]!, text]));
    }
    /** Removes the times from digests, which change with every new file. */
    const isDigest = (file: string) => /SHA256SUMS$|\.sha256$/.test(file);

    it("are rebuilt unchanged if one of them is damaged or missing", async () => {
      const whole = await contents();
      const damages = [flipBit, cutOff, emptyOut, (file: string) => rm(file)];
      const files = [...whole.keys()];
      expect(files.map((file) => file.split(".").at(-1))).to.include.members([
        "r1cs",
        "wasm",
        "sym",
        "zkey",
        "json",
        "sol",
        "ts",
        "sha256",
      ]);
      for (const [index, file] of files.entries()) {
        await damages[(index + random.int(4)) % 4]!(file, random);
        await build(await project.createHre(MOCK));
        for (const [path, content] of await contents()) {
          if (!isDigest(path))
            expect(content === whole.get(path), `${file}: ${path}`).to.equal(true);
        }
      }
      expect((await contents()).size).to.equal(whole.size);
    });

    it("serve hre.circuits.get after damage without a build", async () => {
      const { circuits: cacheDir } = hre.config.rollup.paths;
      const multiplier = await hre.circuits.get("multiplier");
      await flipBit(multiplier.wasmPath, random);
      await cutOff(await multiplier.zkeyPath(), random);
      const environment = await project.createHre(MOCK);
      const again = await environment.circuits.get("multiplier");
      expect(await again.verify(await again.prove({ a: 2, b: [3, 5] }))).to.equal(true);
      await environment.circuits.close();
      expect(readdirSync(cacheDir).filter((name) => name.endsWith(".tmp"))).to.deep.equal([]);
    });

    it("are cleared of a killed build's leftovers, and of nothing else", async () => {
      const { circuits, contracts, cache } = hre.config.rollup.paths;
      const killed = (path: string) => `${path}.${"0".repeat(8)}-${process.pid}-0123abcd.tmp`;
      await mkdir(killed(join(circuits, "entry")));
      await writeFile(killed(join(contracts, "A.sol")), "half");
      await writeFile(killed(join(cache, "manifest.json")), "half");
      await build(await project.createHre(MOCK));
      // They belong to another host, so they stay for a day.
      expect(existsSync(killed(join(circuits, "entry")))).to.equal(true);
      for (const path of [join(circuits, "entry"), join(contracts, "A.sol")]) {
        await utimes(killed(path), 0, 0);
      }
      await build(await project.createHre(MOCK));
      expect(existsSync(killed(join(circuits, "entry")))).to.equal(false);
      expect(existsSync(killed(join(contracts, "A.sol")))).to.equal(false);
      expect(existsSync(killed(join(cache, "manifest.json")))).to.equal(true);
    });

    it("are whole after two parallel builds", async () => {
      const whole = await contents();
      await rm(hre.config.rollup.paths.cache, { recursive: true });
      const script = join(import.meta.dirname, "../helpers/build-project.ts");
      const run = () => promisify(execFile)(process.execPath, [script, project.root, "2"]);
      await Promise.all([run(), run(), run()]);
      const built = await contents();
      expect([...built.keys()].sort()).to.deep.equal([...whole.keys()].sort());
      for (const [path, content] of built) {
        if (!isDigest(path)) expect(content === whole.get(path), path).to.equal(true);
      }
    });

    it("need no write access if nothing has to be built", async function () {
      if (process.getuid?.() === 0) this.skip(); // to whom everything is writable
      const { cache, circuits, contracts, types } = hre.config.rollup.paths;
      for (const folder of [circuits, contracts, cache, types]) await chmod(folder, 0o555);
      try {
        await build(await project.createHre(MOCK));
      } finally {
        for (const folder of [cache, circuits, contracts, types]) await chmod(folder, 0o755);
      }
    });
  });

  it("are reported by their folder if it is not writable", async () => {
    project = await createProject("circuits");
    await project.write("cache", "a file where the folder should be");
    const hre = await project.createHre(MOCK);
    const error = await build(hre).catch((error: unknown) => error);
    expect(codeOf(error)).to.equal("FOLDER_NOT_WRITABLE");
    expect((error as Error).message)
      .to.include(join(project.root, "cache/rollup"))
      .and.include("Fix:");
    await project.delete("cache");
  });

  it("of the rollup move with the project, and a missing or damaged key is reported", async () => {
    project = await createProject();
    const plan = async (root: string) => {
      const { config } = await project.createHre();
      const text = JSON.stringify(toTaggedJson(config.rollup)).replaceAll(project.root, root);
      const moved = fromTaggedJson(JSON.parse(text)) as typeof config.rollup;
      const { preset, prover } = moved;
      return { root, config: moved, preset, prover, progress: silentProgress };
    };
    const there = await plan(project.root);
    await buildCircuits(there);
    const text = await readFile(join(there.config.paths.cache, "manifest.json"), "utf8");
    expect(text).to.not.include(dirname(project.root));

    const root = join(project.root, "moved");
    await mkdir(root);
    await rename(join(project.root, "cache"), join(root, "cache"));
    const here = await plan(root);
    const create = async () => {
      const prover = await createProver({ rollup: here.config } as never, "minimal", "kernel");
      await prover.close();
    };
    await create();
    const copy = join(root, "whole");
    await cp(here.config.paths.cache, copy, { recursive: true });

    const { circuits } = (await readManifest(here.config))!;
    const [kind] = PRESETS.minimal.blockKinds;
    const { zkeyPath } = circuits.find(({ keyId }) => keyId === blockKindId(kind!))!;
    expect(zkeyPath.startsWith(root)).to.equal(true);
    for (const damage of [flipBit, cutOff, emptyOut, (file: string) => rm(file)]) {
      await damage(zkeyPath, random);
      const error = await create().catch((error: unknown) => error);
      expect(codeOf(error)).to.equal("ROLLUP_NOT_BUILT");
      expect((error as Error).message).to.include(zkeyPath);
      await cp(copy, here.config.paths.cache, { recursive: true });
    }
    await create();
    for (const damage of [flipBit, cutOff, emptyOut, (file: string) => rm(file)]) {
      const manifest = join(here.config.paths.cache, "manifest.json");
      await damage(manifest, random, (await readFile(manifest, "utf8")).indexOf("sha256") + 12);
      expect(codeOf(await create().catch((error: unknown) => error))).to.equal("ROLLUP_NOT_BUILT");
      await buildCircuits(here);
      await create();
    }
  });
});
