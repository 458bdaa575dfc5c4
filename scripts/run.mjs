/**
 * Runs one of the project's commands on any machine with Node >= 18. First it sets up a Node that
 * Hardhat 3 accepts (from the npm package `node` if the present one is too old) and the project's
 * packages, installed by that Node (an older one skips Hardhat's native binary).
 *
 * Plain JavaScript, because the Node that starts it may not know TypeScript.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const toolsDir = join(root, ".tools");
const bundledNodeBin = join(toolsDir, "node_modules", ".bin");

/** First version of Node that runs TypeScript by default. */
const NODE_VERSION_MIN = [22, 18];
const NODE_PACKAGE = "node@24";

/** Programs of each command, in order; the last one gets the extra arguments. */
const COMMANDS = {
  setup: [],
  test: [["hardhat", "test"]],
  quick: [["hardhat", "test", "mocha"]],
  soundness: [["mocha", "--timeout", "0", "test/soundness/*.test.ts", "test/soundness/*.full.ts"]],
  ceremony: [["mocha", "--timeout", "0", "test/plugin/ceremony.full.ts"]],
  demo: [["hardhat", "rollup:demo"]],
  devnet: [
    ["vite", "build", "web", "--logLevel", "warn"],
    ["hardhat", "rollup:devnet"],
  ],
  web: [["vite", "build", "web"]],
  hardhat: [["hardhat"]],
  check: [
    ["hardhat", "build", "--quiet"],
    ["node", "scripts/generate.ts", "--check"],
    ["tsc", "--noEmit"],
    ["tsc", "--noEmit", "-p", "web"],
    ["eslint", "."],
    ["prettier", "--check", "--log-level", "warn", "."],
    ["solhint", "--noPrompt", "contracts/**/*.sol"],
  ],
  docs: [
    ["node", "scripts/render-api-docs.ts"],
    ["vitepress", "build", "docs"],
  ],
  package: [["node", "scripts/test-package.ts"]],
  sim: [
    ["hardhat", "build", "--quiet"],
    ["node", "scripts/simulate.ts"],
  ],
  week: [
    ["hardhat", "build", "--quiet"],
    ["node", "scripts/week.ts"],
  ],
  faults: [
    ["hardhat", "build", "--quiet"],
    ["node", "scripts/test-faults.ts"],
  ],
  crash: [
    ["hardhat", "build", "--quiet"],
    ["node", "scripts/test-crash.ts"],
  ],
  "fuzz-rpc": [
    ["hardhat", "build", "--quiet"],
    ["node", "scripts/fuzz-rpc.ts"],
  ],
  hostile: [["node", "scripts/hostile-blocks.ts"]],
  corpus: [["node", "scripts/test-corpus.ts"]],
  branches: [["node", "scripts/branch-coverage.ts"]],
};

/** What a command sets in the environment of its programs. */
const VARIABLES = {
  // See hardhat.config.ts.
  quick: { ROLLUP_TESTS: "quick" },
};

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return (
    major > NODE_VERSION_MIN[0] || (major === NODE_VERSION_MIN[0] && minor >= NODE_VERSION_MIN[1])
  );
}

/** Runs a program in the project's folder and returns its exit code. */
function run(program, args, env) {
  const result = spawnSync(program, args, {
    cwd: root,
    env,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (result.error) console.error(`Could not start ${program}: ${result.error.message}`);
  return result.status ?? 1;
}

function runOrExit(program, args, env) {
  const status = run(program, args, env);
  if (status !== 0) process.exit(status);
}

/** Returns the environment with the right `node`, `npm` and programs of the project. */
function environmentWithNode() {
  const paths = [join(root, "node_modules", ".bin")];
  if (!isNewEnough(process.versions.node)) {
    if (!existsSync(join(bundledNodeBin, "node"))) {
      const wanted = NODE_VERSION_MIN.join(".");
      console.log(
        `Node ${process.versions.node} is older than ${wanted}: fetching ${NODE_PACKAGE} into .tools/ (once)`,
      );
      mkdirSync(toolsDir, { recursive: true });
      runOrExit(
        "npm",
        [
          "install",
          "--no-save",
          "--no-package-lock",
          "--loglevel",
          "error",
          "--prefix",
          toolsDir,
          NODE_PACKAGE,
        ],
        process.env,
      );
    }
    paths.push(bundledNodeBin);
  }
  return { ...process.env, PATH: [...paths, process.env.PATH].join(delimiter) };
}

/** Returns whether node_modules is complete: Hardhat's native binary loads. */
function nativeBinaryLoads(env) {
  const probe = spawnSync("node", ["-e", "require('@nomicfoundation/edr')"], { cwd: root, env });
  return probe.status === 0;
}

function installPackages(env) {
  const stamp = join(root, "node_modules", ".installed");
  const hash = createHash("sha256");
  for (const file of ["package.json", "package-lock.json"]) {
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  const wanted = hash.digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log("Installing packages (once)");
  // The lock file must not change with the packages of this system.
  const options = ["--no-save", "--no-audit", "--no-fund", "--loglevel", "error"];
  runOrExit("npm", ["install", ...options], env);
  if (!nativeBinaryLoads(env)) {
    console.error(
      "The native binary of @nomicfoundation/edr is missing: remove node_modules and run this again.",
    );
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}

const [command, ...extra] = process.argv.slice(2);
const programs = COMMANDS[command];
if (programs === undefined) {
  console.error(`Usage: node scripts/run.mjs <${Object.keys(COMMANDS).join("|")}> [arguments]`);
  process.exit(2);
}
const env = { ...environmentWithNode(), ...VARIABLES[command] };
installPackages(env);
for (const [index, [program, ...args]] of programs.entries()) {
  runOrExit(program, index === programs.length - 1 ? [...args, ...extra] : args, env);
}
