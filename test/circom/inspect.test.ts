/** circom's --inspect, with file and line. */
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { inspectCircuit } from "../../src/circom/inspect.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

const CLI = join(dirname(createRequire(import.meta.url).resolve("circom2/package.json")), "cli.js");

const SOURCE = `pragma circom 2.1.6;
include "gadgets.circom";
bus Point() {
  signal x;
  signal y;
}
template Loose(n) {
  signal input a;
  signal input unused;
  signal output o[n];
  signal hints[3];
  for (var i = 0; i < 3; i++) hints[i] <-- i;
  for (var i = 0; i < n; i++) o[i] <== a * a;
}
template Main() {
  signal input x;
  signal output z;
  component loose = Loose(1);
  loose.a <== x;
  loose.unused <== x;
  component more[2];
  for (var i = 0; i < 2; i++) {
    more[i] = Loose(2);
    more[i].a <== x;
    more[i].unused <== x;
  }
  Point() lonely;
  signal s <== x * x;
  _ <== Square()(x);
  if (1 == 1) {
    component square = Square();
    square.in <== x;
  }
  z <== x * s;
}
component main = Main();
`;
const GADGETS = `pragma circom 2.1.6;
template Square() { signal input in; signal output out; out <== in * in; }
template Ignored() {
  signal input in; signal output out <== in;
}
`;

describe("circom: inspect", () => {
  let workspace: Workspace;
  before(async () => {
    workspace = await createWorkspace();
  });
  after(() => workspace.remove());

  async function inspect(name: string, source: string, gadgets = GADGETS) {
    const options = workspace.options(name);
    await writeFile(options.file, source);
    await writeFile(workspace.fixture("gadgets"), gadgets);
    return inspectCircuit(options);
  }
  const brief = ({ own }: Awaited<ReturnType<typeof inspectCircuit>>) =>
    own.map(({ code, line, signal, signals, instances }) =>
      [line, code, signal, signals, instances.join()].join(" "),
    );

  it("names the line of each declaration, once for all instances", async () => {
    const found = await inspect("loose", SOURCE);
    expect(brief(found)).to.deep.equal([
      "9 CA01 unused 2 Loose(1),Loose(2)",
      "11 CA01 hints 6 Loose(1),Loose(2)",
      "12 T3002  6 Loose",
      "18 CA02 loose.o 1 Main()",
      "21 CA02 more.o 4 Main()",
      "27 CA01 lonely.x 1 Main()",
      "27 CA01 lonely.y 1 Main()",
      "31 CA02 square.out 1 Main()",
    ]);
    expect(found.own.every(({ file }) => file.endsWith("/circuits/loose.circom"))).to.equal(true);
    expect(found.own[1]!.message).to.equal(
      "hints (6 signals) is in no constraint of Loose (2 instances)",
    );
    expect(found.own[3]!.message).to.equal(
      "loose.o, of a component, is in no constraint of Main()",
    );
    expect(found.inPackages).to.equal(0);
  });

  it("finds nothing in what is constrained or marked by an underscore", async () => {
    const source = `pragma circom 2.1.6;\ninclude "gadgets.circom";
template Main() { signal input x; signal output z <== Square()(x); _ <== Ignored()(x); }
component main = Main();`;
    expect(await inspect("clean", source)).to.deep.equal({ own: [], inPackages: 0 });
  });

  it("counts the findings in packages, and takes a changed source again", async () => {
    const folder = join(dirname(workspace.fixture("a")), "node_modules", "gadgets");
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, "free.circom"),
      "template Free() { signal input in; signal input free; signal output out <== in * in; }",
    );
    const source = (line: string) => `pragma circom 2.1.6;\ninclude "gadgets/free.circom";
template Main() { signal input x; signal output z <== Free()(x, x);
${line}
}
component main = Main();`;
    const first = await inspect("packaged", source(""));
    expect([first.own, first.inPackages]).to.deep.equal([[], 1]);
    expect(brief(await inspect("packaged", source("signal s;")))).to.deep.equal([
      "4 CA01 s 1 Main()",
    ]);
    expect(await inspect("packaged", source(""))).to.deep.equal(first);
  });

  it("keeps the result in the cache, and makes a damaged one again", async () => {
    const messages: string[] = [];
    const options = {
      ...workspace.options("kept"),
      onProgress: (text: string) => messages.push(text),
    };
    await writeFile(options.file, SOURCE);
    const first = await inspectCircuit(options);
    expect(first.own).not.to.deep.equal([]);
    expect(await inspectCircuit(options)).to.deep.equal(first);
    expect(messages).to.have.length(1);
    const entries = await readdir(options.cacheDir);
    const [entry] = entries.filter((name) => /^kept-.*\.inspect\.json$/.test(name));
    await writeFile(join(options.cacheDir, entry!), "[1");
    expect(await inspectCircuit(options)).to.deep.equal(first);
    expect(messages).to.have.length(2);
  });

  it("passes on what another version of circom finds besides", async () => {
    const path = join(workspace.folder, "circom-next");
    const finding =
      'warning[CA03]: In template "Main()": Output signal z does not depend on any input via constraints.';
    await writeFile(
      path,
      `#!/bin/sh
if [ "$1" = --version ]; then echo "circom compiler 9.9.9"; exit; fi
echo '${finding}'; echo
exec "${process.execPath}" "${CLI}" "$@"
`,
    );
    await chmod(path, 0o755);
    const options = { ...workspace.options("next"), compiler: { path } };
    await writeFile(
      options.file,
      "pragma circom 2.1.6;\ntemplate Main() {\n  signal input x;\n  signal output z;\n  z <== 5;\n}\ncomponent main = Main();",
    );
    const { own } = await inspectCircuit(options);
    expect(own.map(({ code, line, signal }) => [code, line, signal])).to.deep.equal([
      ["CA01", 3, "x"],
      ["CA03", 4, "z"],
    ]);
    expect(own[1]!.message).to.include("does not depend on any input");
  });

  it("refuses what does not compile, with its place", async () => {
    const wrong = workspace.options("wrong");
    await writeFile(wrong.file, "pragma circom 2.1.0;\ntemplate {}\ncomponent main = A();");
    const error = await expectRejection("CIRCUIT_SYNTAX", () => inspectCircuit(wrong));
    expect(error.facts["location"]).to.include("wrong.circom:2");
    await rm(wrong.file);
    await expectRejection("CIRCUIT_NOT_FOUND", () => inspectCircuit(wrong));
  });
});
