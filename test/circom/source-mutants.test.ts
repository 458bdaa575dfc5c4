/** Changes that remove a constraint from the source, and leave everything else in its place. */
import { writeFile } from "node:fs/promises";
import { expect } from "chai";
import { compileCircuit } from "../../src/circom/compile.ts";
import { parse } from "../../src/circom/language/parse.ts";
import { applyChange } from "../../src/circom/source-change.ts";
import { findMutants } from "../../src/circom/source-mutants.ts";
import { createWorkspace } from "./workspace.ts";

const SOURCE = `pragma circom 2.1.0;
function f(x) { return x; }
template T(n) {
  signal input a, b;
  signal output c;
  signal s <== a * (b + 1), t <-- b;
  for (var i = 0; i < n; i++) a * a === b
    * b;
  if (n == 1) { t <== b; } else t * 1 === b;
  (a * b) ==> c;
  c /* <== */ === a * b;
  s ==> /* comments stand here */ c;
  c <== // not <==
    /* nor <== */ a * b;
  a * b /* ==> */ ==> c;
  a === b /* ; */ ;
}
component main = T(1);
`;

describe("circom: mutants of sources", () => {
  const mutants = findMutants([parse("t.circom", SOURCE)]);

  it("finds each constraint with its place", () => {
    expect(mutants.map(({ line, source }) => `${line} ${source}`)).to.deep.equal([
      "6 signal s <== a * (b + 1), t <-- b",
      "7 a * a === b * b",
      "9 t <== b",
      "9 t * 1 === b",
      "10 (a * b) ==> c",
      "11 c /* <== */ === a * b",
      "12 s ==> /* comments stand here */ c",
      "13 c <== // not <== /* nor <== */ a * b",
      "15 a * b /* ==> */ ==> c",
      "16 a === b",
    ]);
    expect(new Set(mutants.map(({ template }) => template))).to.deep.equal(new Set(["T"]));
  });

  it("changes one statement, and no line and no column of the others", () => {
    for (const { change, line } of mutants) {
      const changed = applyChange(change, "t.circom", SOURCE);
      expect(changed).to.have.length(SOURCE.length);
      const [before, after] = [SOURCE.split("\n"), changed.split("\n")];
      expect(after.length).to.equal(before.length);
      const differing = before.flatMap((text, index) => (text === after[index] ? [] : [index + 1]));
      expect(differing[0]).to.equal(line);
      expect(differing.length).to.be.at.most(2);
      expect(() => parse("t.circom", changed)).not.to.throw();
      expect(applyChange(change, "other.circom", SOURCE)).to.equal(SOURCE);
    }
    const texts = mutants.map(({ change }) => applyChange(change, "t.circom", SOURCE));
    expect(texts[0]).to.include("signal s <-- a * (b + 1), t <-- b;");
    expect(texts[1]).to.match(/i\+\+\) \{\} +\n +\n {2}if/);
    expect(texts[4]).to.include("(a * b) --> c;");
    expect(texts[7]).to.include("c <-- // not <==\n    /* nor <== */ a * b;");
    expect(texts[8]).to.include("a * b /* ==> */ --> c;");
  });

  it("compiles the circuit without the constraint, apart from the whole one", async () => {
    const workspace = await createWorkspace();
    const options = workspace.options("weak");
    const text =
      "pragma circom 2.1.0;\ntemplate A() { signal input a; signal input b; signal output c <== a * b; " +
      "a * a === b; }\ncomponent main = A();";
    await writeFile(options.file, text);
    const whole = await compileCircuit(options);
    const found = findMutants([parse(options.file, text)]);
    const counts: number[] = [];
    for (const { change } of found) {
      const weak = await compileCircuit({ ...options, change });
      counts.push(weak.stats.constraints);
      expect(weak.digest).not.to.equal(whole.digest);
    }
    expect([whole.stats.constraints, counts]).to.deep.equal([2, [1, 1]]);
    expect((await compileCircuit(options)).digest).to.equal(whole.digest);
    await workspace.remove();
  });

  it("refuses a change of another text than the one that was read", () => {
    const [mutant] = mutants;
    expect(() => applyChange(mutant!.change, "t.circom", `\n${SOURCE}`)).to.throw("changed source");
  });
});
