/** Adds the needs of the template to files that a project may have already. */
import { pluginError } from "../errors.ts";

/** The used part of this package's package.json. */
export interface OwnPackageJson {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface PackageJson {
  type?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** Packages of the template besides this one, in tested versions. */
const DEV_DEPENDENCIES = [
  "@nomicfoundation/hardhat-toolbox-mocha-ethers",
  "@types/mocha",
  "@types/node",
  "hardhat",
  "typescript",
];

/** Placeholder of `npm init` for the test command. */
const NPM_TEST_PLACEHOLDER = /^echo "Error: no test specified"/;

/**
 * Creates a package.json for Hardhat 3 and the template.
 *
 * @param present - Text of the existing file, if there is one. All of it stays, except a `type`
 *   that is not `module`, which Hardhat 3 needs.
 * @returns The text, and whether it replaces something that is present.
 * @throws INIT_PACKAGE_JSON_INVALID
 */
export function mergePackageJson(
  present: string | undefined,
  own: OwnPackageJson,
  names: { readonly packageName: string; readonly file: string; readonly projectName: string },
): { text: string; replaces: boolean } {
  const initial = { name: toPackageName(names.projectName), private: true };
  const json = present === undefined ? initial : parse(present, names.file);
  const { type, scripts, dependencies = {}, devDependencies = {} } = json as PackageJson;
  const versions = Object.fromEntries(
    DEV_DEPENDENCIES.map((name) => [name, own.devDependencies[name] ?? "*"]),
  );
  const wanted = { ...versions, [names.packageName]: `^${own.version}` };
  const missing = Object.entries(wanted).filter(
    ([name]) => !(name in dependencies) && !(name in devDependencies),
  );
  const test = scripts?.["test"];
  const keepsTest = test !== undefined && !NPM_TEST_PLACEHOLDER.test(test);
  const merged = {
    ...json,
    type: "module",
    scripts: { ...scripts, test: keepsTest ? test : "hardhat test" },
    devDependencies: sortKeys({ ...devDependencies, ...Object.fromEntries(missing) }),
  };
  const replaces = type !== undefined && type !== "module";
  return { text: `${JSON.stringify(merged, null, 2)}\n`, replaces };
}

/** Appends the missing lines of `wanted` to `present`. */
export function mergeGitignore(present: string, wanted: string): string {
  const lines = present.split("\n").map((line) => line.trim());
  const missing = wanted.split("\n").filter((line) => line !== "" && !lines.includes(line));
  if (missing.length === 0) return present;
  const separator = present === "" || present.endsWith("\n") ? "" : "\n";
  return `${present}${separator}${missing.join("\n")}\n`;
}

function parse(text: string, file: string): object {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw pluginError({ code: "INIT_PACKAGE_JSON_INVALID", file }, { cause: error });
  }
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw pluginError({ code: "INIT_PACKAGE_JSON_INVALID", file });
}

/** Returns a name that npm accepts, close to the folder's. */
function toPackageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name === "" ? "my-rollup" : name;
}

function sortKeys(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
