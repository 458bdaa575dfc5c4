/** Each example is a project that a user can copy: it names its packages as this one does. */
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect } from "chai";
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
