import { expect } from "chai";
import { createDebugger, type Debugger } from "../../src/circom/debugger/commands.ts";
import { explainSignal, renderHistory } from "../../src/circom/debugger/signal-history.ts";
import { type CircuitDesign, elaborate } from "../../src/circom/evaluation/evaluate.ts";
import { loadPrograms } from "../../src/circom/language/load-programs.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

const GOOD = { ages: [30, 25, 7], index: 2 };
const BAD = { ages: [30, 250, 7], index: 2 };

describe("circom: debugger", () => {
  let workspace: Workspace;
  let design: CircuitDesign;
  before(async () => {
    workspace = await createWorkspace();
    design = elaborate(loadPrograms(workspace.fixture("ages")));
  });
  after(() => workspace.remove());

  /** Runs commands. @returns The output of the last one, with short paths. */
  function run(session: Debugger, ...commands: string[]): string[] {
    const outputs = commands.map((command) => session.run(command) ?? ["ended"]);
    return outputs.at(-1)!.map((line) => line.replaceAll(/\S*\/circuits\//g, ""));
  }

  it("steps forwards and backwards, and shows what each statement changes", () => {
    const session = createDebugger(design, BAD);
    expect(session.where()[0]).to.match(/ages\.circom:6 in main, statement 1 of 92$/);
    expect(run(session, "component")).to.deep.equal([
      "  main.ranges[0].value = 30",
      "lib/range.circom:10 in main.ranges[0], statement 10 of 92",
      ">   10      signal input value;",
    ]);
    expect(run(session, "step 2")).to.deep.equal([
      "  main.ranges[0].difference = 170",
      "lib/range.circom:13 in main.ranges[0], statement 12 of 92",
      ">   13      signal bits[8];",
    ]);
    expect(run(session, "back", "back")[0]).to.include("range.circom:10 in main.ranges[0]");
    expect(run(session, "back 1000")[0]).to.include("statement 1 of 92");
    expect(run(session, "")[0]).to.include("statement 1 of 92"); // an empty line repeats
  });

  it("runs over calls, out of components, and to breakpoints", () => {
    const session = createDebugger(design, GOOD);
    run(session, "component");
    expect(run(session, "out").at(-2)).to.include("ages.circom:12 in main, ");
    expect(run(session, "break ages.circom:14")).to.deep.equal([
      "ages.circom:14: 3 statements run there.",
    ]);
    expect(run(session, "continue").at(-1)).to.include("ranges[i].value <== ages[i]");
    expect(run(session, "next").at(-2)).to.match(/ages\.circom:\d+ in main, /);
    expect(run(session, "break")).to.deep.equal(["ages.circom:14"]);
    expect(run(session, "break ages.circom:14")[0]).to.include("no breakpoint any more");
    expect(run(session, "continue").at(-1)).to.match(/^The circuit has run: \d+ statements/);
  });

  it("prints expressions, variables and signals where it stands", () => {
    const session = createDebugger(design, BAD);
    run(session, "break range.circom:21", "continue", "continue");
    expect(run(session, "print sum - difference")).to.deep.equal(["sum - difference = 257"]);
    expect(run(session, "p bits")[0]).to.equal("bits = [1, 1, 1, 1, 0, 0, 1, 1]");
    expect(run(session, "vars")).to.include.members(["sum = 207", "max = 200"]);
    expect(run(session, "p main.ranges[1].difference")).to.deep.equal([
      "main.ranges[1].difference = -50",
    ]);
    expect(run(session, "signals main.ranges[2]")).to.deep.equal([
      "There is no signal main.ranges[2].",
    ]);
    expect(run(session, "signals")).to.have.length(10);
    expect(run(session, "p main.product")).to.deep.equal(["main.product = not assigned yet"]);
    expect(run(session, "stack")[0]).to.match(/ages\.circom:14 in Ages$/);
    expect(run(session, "list 1").map((line) => line.slice(0, 6))).to.deep.equal([
      "    20",
      ">   21",
      "    22",
    ]);
  });

  it("ends at the statement that fails, and says why", () => {
    const session = createDebugger(design, BAD);
    expect(run(session, "continue").slice(-3)).to.deep.equal([
      "lib/range.circom:21 in main.ranges[1], statement 92 of 92",
      ">   21      sum === difference;",
      "This statement fails: both sides differ. trace shows why.",
    ]);
    expect(run(session, "trace")).to.include("  sum = 207");
    expect(run(session, "quit")).to.deep.equal(["ended"]);
  });

  it("answers commands that it does not know or cannot run", () => {
    const session = createDebugger(design, GOOD);
    expect(run(session, "jump")[0]).to.include("no command jump");
    expect(run(session, "print nothing")[0]).to.include("nothing is not declared");
    expect(run(session, "print 1 +")[0]).to.include("an expression expected");
    expect(run(session, "break here")[0]).to.include("range.circom:14");
    expect(run(session, "why main.nothing")[0]).to.include("has no signal main.nothing");
    expect(run(session, "help").length).to.be.greaterThan(14);
  });

  it("explains how a signal gets its value", () => {
    const explain = (inputs: object, name: string) =>
      explainSignal(design, inputs as typeof GOOD, name)
        .flatMap(renderHistory)
        .map((line) => line.replaceAll(/\S*\/circuits\//g, ""));
    expect(explain(GOOD, "main.product")).to.deep.equal([
      "main.product = 930",
      "  ages.circom:23 in main: product <== ages[0] * halfSum",
      "  main.ages[0] = 30",
      "  main.halfSum = 31",
      "from the input main.ages[0] = 30",
      "  → main.product = 930, ages.circom:23: product <== ages[0] * halfSum",
      "from the input main.ages[1] = 25",
      "  → main.halfSum = 31, ages.circom:21: signal halfSum <-- half(sum)",
      "  → main.product = 930, ages.circom:23: product <== ages[0] * halfSum",
      "from the input main.ages[2] = 7",
      "  → main.halfSum = 31, ages.circom:21: signal halfSum <-- half(sum)",
      "  → main.product = 930, ages.circom:23: product <== ages[0] * halfSum",
    ]);
    expect(explain(GOOD, "main.index")).to.deep.equal([
      "main.index = 2",
      "  an input of the main component",
    ]);
    expect(explain(BAD, "main.product")).to.deep.equal([
      "main.product has no value: the run ended before",
    ]);
    const bits = explainSignal(design, GOOD, "main.ranges[0].bits");
    expect(bits.map(({ value }) => value)).to.deep.equal([0n, 1n, 0n, 1n, 0n, 1n, 0n, 1n]);
    expectCode("SIGNAL_NOT_FOUND", () => explainSignal(design, GOOD, "main.ages[3]"));
  });
});
