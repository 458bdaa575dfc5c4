import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "../../src/circom/language/parse.ts";
import { lineText, locate, textOf } from "../../src/circom/language/source-text.ts";
import type { Binary, Expression, Statement } from "../../src/circom/language/syntax.ts";
import { expectCode } from "../helpers/expect-code.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** Parses statements as the body of a template. */
function statements(body: string): readonly Statement[] {
  return parse("test.circom", `template T() {${body}}`).definitions[0]!.body.statements;
}

/** Parses an expression. */
function expression(text: string): Expression {
  const [statement] = statements(`x = ${text};`);
  expect(statement?.kind).to.equal("assignment");
  return (statement as Extract<Statement, { kind: "assignment" }>).value;
}

/** Writes an expression with all its parentheses. */
function grouped(node: Expression): string {
  switch (node.kind) {
    case "binary":
      return `(${grouped(node.left)} ${node.operator} ${grouped(node.right)})`;
    case "unary":
      return `(${node.operator}${grouped(node.operand)})`;
    case "conditional": {
      const parts = [node.condition, node.whenTrue, node.whenFalse].map(grouped);
      return `(${parts[0]!} ? ${parts[1]!} : ${parts[2]!})`;
    }
    default:
      return textOf(node.span);
  }
}

describe("circom: language", () => {
  it("parses every circuit of the project and its packages", () => {
    const broken = join("fixtures", "broken", "syntax-error.circom");
    const folders = ["circuits", "examples", "src", "test", "node_modules/circom_runtime"];
    const files = folders
      .flatMap((folder) => globSync(join(PROJECT, folder, "**/*.circom")))
      .filter((file) => !file.endsWith(broken));
    expect(files.length).to.be.greaterThan(40);
    for (const file of files) parse(file, readFileSync(file, "utf8"));
  });

  it("groups operators as circom does", () => {
    const cases = {
      "1 + 2 * 3 - 4": "((1 + (2 * 3)) - 4)",
      "a - b - c": "((a - b) - c)",
      "-a ** 2 ** 3": "(((-a) ** 2) ** 3)",
      "a & 1 == b | 2": "((a & 1) == (b | 2))",
      "a | b ^ c & d << e + f": "(a | (b ^ (c & (d << (e + f)))))",
      "!a && b || c && ~d": "(((!a) && b) || (c && (~d)))",
      "a < b == c": "((a < b) == c)",
      "a \\ b % c / d": "(((a \\ b) % c) / d)",
      "a || b ? c + 1 : d": "((a || b) ? (c + 1) : d)",
      "(a + b) * c": "((a + b) * c)",
    };
    for (const [text, expected] of Object.entries(cases)) {
      expect(grouped(expression(text)), text).to.equal(expected);
    }
  });

  it("reads numbers, and the longest operator", () => {
    expect(expression("0x1F")).to.include({ kind: "number", value: 31n });
    expect(expression("007")).to.include({ kind: "number", value: 7n });
    const kinds = statements("a<--b; a<==-b; a-->b; a==>b; a===b; i++; i **= 2; i <<= 1; j--;");
    const summary = kinds.map((statement) =>
      statement.kind === "assignment"
        ? [statement.operator, statement.compound, grouped(statement.target)]
        : statement.kind,
    );
    expect(summary).to.deep.equal([
      ["<--", undefined, "a"],
      ["<==", undefined, "a"],
      ["<--", undefined, "b"],
      ["<==", undefined, "b"],
      "constraint",
      ["=", "+", "i"],
      ["=", "**", "i"],
      ["=", "<<", "i"],
      ["=", "-", "j"],
    ]);
  });

  it("reads declarations of every type", () => {
    const declared = statements(
      `
      var i = 0, table[2][n] = f(3);
      signal input {binary, max} a[n], b;
      output signal c <== a[0];
      signal d <-- 1;
      component h[2], g = parallel Hash(2);
      Point() p <== q; input Point(8) {on_curve} r[2]; Line output l;
      signal (s, t) <== Two()(a, b);
      var (u, _) = (1, 2);
    `.replace(", _", ", v"),
    );
    const summary = declared.map((statement) => {
      expect(statement.kind).to.equal("declaration");
      const declaration = statement as Extract<Statement, { kind: "declaration" }>;
      const { type, direction, tags, bus, names, tupleValue } = declaration;
      const shown = names.map(
        ({ name, dimensions, initial }) => `${name}${dimensions.length}${initial?.operator ?? ""}`,
      );
      return [type, direction, tags, bus?.name, shown, tupleValue?.operator];
    });
    expect(summary).to.deep.equal([
      ["var", "intermediate", [], undefined, ["i0=", "table2="], undefined],
      ["signal", "input", ["binary", "max"], undefined, ["a1", "b0"], undefined],
      ["signal", "output", [], undefined, ["c0<=="], undefined],
      ["signal", "intermediate", [], undefined, ["d0<--"], undefined],
      ["component", "intermediate", [], undefined, ["h1", "g0="], undefined],
      ["bus", "intermediate", [], "Point", ["p0<=="], undefined],
      ["bus", "input", ["on_curve"], "Point", ["r1"], undefined],
      ["bus", "output", [], "Line", ["l0"], undefined],
      ["signal", "intermediate", [], undefined, ["s0", "t0"], "<=="],
      ["var", "intermediate", [], undefined, ["u0", "v0"], "="],
    ]);
  });

  it("reads anonymous components, tuples and calls", () => {
    const anonymous = expression("Mux(2)(c <== [a, b], s <-- 1)");
    expect(anonymous).to.include({ kind: "anonymous", name: "Mux" });
    const { inputs } = anonymous as Extract<Expression, { kind: "anonymous" }>;
    expect(inputs.map(({ name, operator }) => [name, operator])).to.deep.equal([
      ["c", "<=="],
      ["s", "<--"],
    ]);
    const [tuple, unused, call] = statements("(a, _) <== T()(b); Check(1)(a); x = f(g(1), 2);");
    expect(tuple).to.have.nested.property("target.kind", "tuple");
    expect(unused).to.have.property("kind", "expression");
    expect(call).to.have.nested.property("value.arguments.length", 2);
  });

  it("reads control flow, assertions and logs", () => {
    const kinds = statements(`
      if (a) b = 1; else if (c) { b = 2; } else b = 3;
      for (var i = 0; i < 3; i++) { sum += i; }
      while (x < 10) x++;
      assert(x == 1); log("sum", sum); log();
      return [x, y];
    `).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(["if", "for", "while", "assert", "log", "log", "return"]);
  });

  it("reads pragmas, includes, kinds of templates and the main component", () => {
    const program = parse(
      "all.circom",
      `pragma circom 2.2.0; pragma custom_templates; include "lib/a.circom"; // include "b"
      template custom G() {} template parallel P(n) {} template N {} bus B(n) { signal x[n]; }
      function f(a, b) { return a + b; } /* component main = Q(); */
      component main {public [a, b]} = N();`,
    );
    expect(program.pragmas.map(({ name, value }) => `${name} ${value}`)).to.deep.equal([
      "circom 2.2.0",
      "custom_templates ",
    ]);
    expect(program.includes.map(({ path }) => path)).to.deep.equal(["lib/a.circom"]);
    const named = program.definitions.map(({ kind, name, isCustom, isParallel }) => [
      ...[kind, name, isCustom, isParallel],
    ]);
    expect(named).to.deep.equal([
      ["template", "G", true, false],
      ["template", "P", false, true],
      ["template", "N", false, false],
      ["bus", "B", false, false],
      ["function", "f", false, false],
    ]);
    expect(program.main?.publicSignals).to.deep.equal(["a", "b"]);
  });

  it("locates each node by line and column", () => {
    const { definitions, source } = parse("p.circom", "template T() {\n  a === b +\n    c;\n}\n");
    const constraint = definitions[0]!.body.statements[0] as Extract<
      Statement,
      { kind: "constraint" }
    >;
    expect(locate(constraint.span)).to.deep.equal({
      ...{ file: "p.circom", line: 2, column: 3, endLine: 3, endColumn: 6 },
    });
    expect(locate((constraint.right as Binary).right.span)).to.include({ line: 3, column: 5 });
    expect(textOf(constraint.span)).to.equal("a === b + c");
    expect(lineText(source, 2)).to.equal("  a === b +");
    expect(lineText(source, 9)).to.equal(undefined);
  });

  it("reports the place and what it expects there", () => {
    const refuse = (text: string) =>
      expectCode("CIRCUIT_NOT_UNDERSTOOD", () => parse("bad.circom", text)).message;
    expect(refuse("template T() {\n  a <== b\n}")).to.match(/bad\.circom:3:1: ";" expected.*"}"/);
    expect(refuse("template T() { a + b; }")).to.include("an assignment or a constraint expected");
    expect(refuse("template T() { a <== ; }")).to.include("an expression expected");
    expect(refuse("template T() {")).to.include("the end of the file");
    expect(refuse("template T() { a <== #; }")).to.include("bad.circom:1:22: # begins no circom");
    expect(refuse("/* never closed")).to.include("a comment without an end");
    expect(refuse("signal input a;")).to.include("the main component expected");
  });
});
