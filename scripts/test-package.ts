/**
 * Packs the package and installs it into an empty folder outside the repository, as a user does.
 * There it runs the README's commands: `hardhat-zkrollup init`, the tests that this writes, and the
 * tasks of circuits. Then it type-checks that project, a strict one and the declarations of the
 * package, checks that the package contains the compiled circuits, and runs all projects of
 * `examples/`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const fixture = join(root, "test/fixture-projects/packed");

/** What the project of `fixture` needs besides the packages of the examples. */
const COMPANIONS = ["poseidon-lite"];

/** Scripts of examples besides tests, for `hardhat run`. */
const SCRIPTS: Readonly<Record<string, string>> = { payments: "scripts/deploy.ts" };

function run(program: string, args: string[], cwd: string): string {
  console.log(`$ ${program} ${args.join(" ")}`);
  return execFileSync(program, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** Lists the compiler's errors in the project or in this package, not those of other packages. */
function typeErrors(cwd: string, ...options: string[]): string[] {
  console.log(`$ npx tsc ${options.join(" ")}`);
  const { stdout } = spawnSync("npx", ["tsc", "--pretty", "false", ...options], {
    cwd,
    encoding: "utf8",
  });
  const errors = stdout.split("\n").filter((line) => line.includes("error TS"));
  return errors.filter((line) => !/^node_modules\/(?!hardhat-zkrollup\/)/.test(line));
}

interface CompiledCircuit {
  readonly name: string;
  readonly cached: boolean;
}

/** Fails if a circuit of a preset has to be compiled after installing the package. */
function assertPrecompiled(cwd: string, preset: string): void {
  const output = run("npx", ["hardhat", "rollup:compile", "--preset", preset, "--json"], cwd);
  const missing = (JSON.parse(output) as CompiledCircuit[]).filter(({ cached }) => !cached);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(", ");
  throw new Error(`Not compiled in the package: ${names}`);
}

/** Type-checks. @throws If the project at `cwd` or this package has an error */
function assertTypes(cwd: string, ...options: string[]): void {
  const errors = typeErrors(cwd, ...options);
  if (errors.length > 0) throw new Error(errors.join("\n"));
}

/** Packages of the projects besides ours, with the versions that they ask for. */
async function listCompanions(): Promise<string[]> {
  const own = await readDevDependencies(root);
  const wanted = Object.fromEntries(COMPANIONS.map((name) => [name, own[name] ?? ""]));
  for (const name of await listExamples(join(root, "examples"))) {
    Object.assign(wanted, await readDevDependencies(join(root, "examples", name)));
  }
  const names = Object.keys(wanted).filter((name) => name !== "hardhat-zkrollup");
  return names.map((name) => `${name}@${wanted[name] ?? ""}`);
}

async function readDevDependencies(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, "package.json"), "utf8");
  return (JSON.parse(text) as { devDependencies: Record<string, string> }).devDependencies;
}

async function listExamples(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** Packs the package and installs it, with the packages of the projects, in an empty folder. */
async function install(folder: string): Promise<void> {
  const packed = run("npm", ["pack", "--silent", "--pack-destination", folder], root);
  const tarball = packed.trim().split("\n").at(-1) ?? "";
  const companions = await listCompanions();
  const quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
  run("npm", ["install", ...quiet, `./${tarball}`, ...companions], folder);
}

/** Tests the project that `init` writes, in an empty folder with the packages installed. */
function testNewProject(folder: string): void {
  console.log(run("npx", ["hardhat-zkrollup", "init"], folder));
  console.log(run("npx", ["hardhat", "test"], folder));
  assertTypes(folder);
  testCommandLine(folder);
}

/** Runs the tasks of circuits in the project that `init` has written. */
function testCommandLine(folder: string): void {
  writeFileSync(join(folder, "multiplier.json"), '{ "a": 6, "b": "7" }');
  for (const task of ["list", "info", "witness", "prove", "verify", "calldata", "vkey"]) {
    console.log(run("npx", ["hardhat", `rollup:${task}`], folder));
  }
  for (const task of ["debug", "check", "profile"]) {
    console.log(run("npx", ["hardhat", `rollup:${task}`, "multiplier"], folder));
  }
}

/** Finds the bundles of pages as a bundler for browsers does, and loads the prover. */
function testBundles(folder: string): void {
  const script = `
    import { existsSync } from "node:fs";
    import { groth16 } from "hardhat-zkrollup/groth16";
    const find = (name) => new URL(import.meta.resolve("hardhat-zkrollup/" + name));
    const [entry, worker] = ["groth16", "groth16-worker"].map(find);
    await groth16.terminate();
    if (!/dist.browser.groth16.js$/.test(entry) || !existsSync(worker)) {
      throw new Error("The package has no bundles for pages: " + entry + ", " + worker);
    }`;
  writeFileSync(join(folder, "bundles.mjs"), script);
  run("node", ["--conditions=browser", "bundles.mjs"], folder);
}

/** Tests types in a strict project, and generated types of unusual circuits. */
async function testStrictProject(folder: string): Promise<void> {
  await cp(fixture, folder, { recursive: true });
  await rm(join(folder, "cache/rollup/circuits"), { recursive: true });
  run("npx", ["hardhat", "build"], folder); // the project's own circuits are compiled now
  for (const preset of ["minimal", "dev"]) assertPrecompiled(folder, preset);
  for (const skipLibCheck of ["false", "true"]) {
    assertTypes(folder, "--project", "tsconfig.strict.json", "--skipLibCheck", skipLibCheck);
  }
}

/** Tests the examples, which find the packages in the folder above them. */
async function testExamples(folder: string): Promise<void> {
  const examples = join(folder, "examples");
  await cp(join(root, "examples"), examples, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|artifacts|cache|types)$/.test(path),
  });
  for (const name of await listExamples(examples)) {
    const project = join(examples, name);
    console.log(`# Example ${name}`);
    console.log(run("npx", ["hardhat", "test"], project));
    const script = SCRIPTS[name];
    if (script !== undefined) console.log(run("npx", ["hardhat", "run", script], project));
    assertTypes(project);
  }
}

const folder = await mkdtemp(join(tmpdir(), "zkrollup-package-"));
try {
  await install(folder);
  testNewProject(folder);
  testBundles(folder);
  await testStrictProject(folder);
  await testExamples(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
