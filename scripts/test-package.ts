/**
 * Packs the package, installs it into a fresh project outside the repository, copies the README's
 * two mocha tests into it and runs them there, as a user would.
 */
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const fixture = join(root, "test/fixture-projects/packed");

/** What a user installs beside the package; the versions are those of this repository. */
const COMPANIONS = ["hardhat", "@nomicfoundation/hardhat-toolbox-mocha-ethers"];

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
} finally {
  await rm(project, { recursive: true, force: true });
}
