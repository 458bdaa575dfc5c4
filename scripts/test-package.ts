/**
 * Packs the package, installs it into a fresh project outside the repository, copies the README's
 * two mocha tests into it and runs them there, as a user would. Then it type-checks a strict
 * project, also the declarations of the package, and sees that the rollup's circuits came compiled.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const fixture = join(root, "test/fixture-projects/packed");

/** What a user installs beside the package; the versions are those of this repository. */
const COMPANIONS = [
  "hardhat",
  "@nomicfoundation/hardhat-toolbox-mocha-ethers",
  "@types/node",
  "typescript",
];

function run(program: string, args: string[], cwd: string): string {
  console.log(`$ ${program} ${args.join(" ")}`);
  return execFileSync(program, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** The TypeScript code block of the README that follows the comment `<!-- file: NAME -->`. */
function codeBlock(readme: string, name: string): string {
  const start = readme.indexOf(`<!-- file: ${name} -->`);
  const block = /```ts\n([\s\S]*?)```/.exec(readme.slice(start));
  if (start < 0 || block?.[1] === undefined) throw new Error(`README.md has no block for ${name}`);
  return block[1];
}

/** Errors of the compiler in the project or in this package; other packages may have their own. */
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

const project = await mkdtemp(join(tmpdir(), "zkrollup-package-"));
try {
  const packed = run("npm", ["pack", "--silent", "--pack-destination", project], root);
  const tarball = packed.trim().split("\n").at(-1) ?? "";
  await cp(fixture, project, { recursive: true });
  await mkdir(join(project, "test"));
  const readme = await readFile(join(root, "README.md"), "utf8");
  for (const name of ["test/multiplier.test.ts", "test/rollup.test.ts"]) {
    await writeFile(join(project, name), codeBlock(readme, name));
  }
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  const companions = COMPANIONS.map((name) => `${name}@${manifest.devDependencies[name] ?? ""}`);
  const quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
  run("npm", ["install", ...quiet, `./${tarball}`, ...companions], project);
  console.log(run("npx", ["hardhat", "test"], project));
  await rm(join(project, "cache/rollup/circuits"), { recursive: true });
  run("npx", ["hardhat", "build"], project); // the project's own circuits are compiled now
  for (const preset of ["minimal", "dev"]) assertPrecompiled(project, preset);
  for (const skipLibCheck of ["false", "true"]) {
    const errors = typeErrors(project, "--skipLibCheck", skipLibCheck);
    if (errors.length > 0) throw new Error(errors.join("\n"));
  }
} finally {
  await rm(project, { recursive: true, force: true });
}
