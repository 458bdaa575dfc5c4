import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Script } from "node:vm";
import { expect } from "chai";
import {
  compareProfile,
  parseBaseline,
  renderBaseline,
  toBaseline,
} from "../../src/circom/profile/baseline.ts";
import type { Counts } from "../../src/circom/profile/counts.ts";
import { renderFlamegraph } from "../../src/circom/profile/flamegraph.ts";
import { escapeXml } from "../../src/util/escape-xml.ts";
import { type Frame, toFrames } from "../../src/circom/profile/frames.ts";
import { PAGE_SCRIPT } from "../../src/circom/profile/page-script.ts";
import { renderPage } from "../../src/circom/profile/page.ts";
import { type CircuitProfile, profileCircuit } from "../../src/circom/profile/profile-circuit.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

const HOSTILE = `</script><script>alert("1")</script>&'\u0000`;

const ONE_LINE =
  "pragma circom 2.1.0; template Square() { signal input a; signal output b; b <== a * a; } " +
  "template Main() { signal input a; signal output c; component q = Square(); q.a <== a; " +
  "signal d <== Square()(q.b); c <== d * a; } component main = Main();";

function frame(label: string, value: number, children: readonly Frame[] = []): Frame {
  return { label, path: label, template: label, value, children };
}

function draw(root: Frame): string {
  return renderFlamegraph({ title: "t", subtitle: "s", unit: "constraints", root });
}

interface Drawn {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Reads the frames of a picture. */
function framesOf(svg: string): Drawn[] {
  const pattern = /<g><title>(.*?)<\/title><rect x="(.*?)" y="(.*?)" width="(.*?)"/g;
  return [...svg.matchAll(pattern)].map(([, title, x, y, width]) => {
    return { title: title!, x: Number(x), y: Number(y), width: Number(width) };
  });
}

/** Changes the constraints of a template, and of its first line with constraints. */
function withGrowth(profile: CircuitProfile, template: string, by: number): CircuitProfile {
  const grow = (counts: Counts) => ({ ...counts, constraints: counts.constraints + by });
  let isDone = false;
  const lines = profile.lines.map((line) => {
    if (isDone || line.template !== template || line.self.constraints === 0) return line;
    isDone = true;
    return { ...line, self: grow(line.self) };
  });
  const templates = profile.templates.map((each) =>
    each.template === template ? { ...each, self: grow(each.self) } : each,
  );
  return { ...profile, totals: grow(profile.totals), templates, lines };
}

describe("circom: profile as pictures and baselines", () => {
  let workspace: Workspace;
  let profile: CircuitProfile;
  before(async () => {
    workspace = await createWorkspace();
    profile = await profileCircuit(workspace.options("recursive"));
  });
  after(() => workspace.remove());

  it("draws frames inside the ones that they are part of", () => {
    const svg = draw(toFrames(profile, "constraints"));
    const frames = framesOf(svg);
    expect(frames[0]!.title).to.equal("recursive: 17 constraints (100.0 %)");
    expect(frames.map(({ title }) => title)).to.include(
      "main.towers[0..2]: 15 constraints (88.2 %)",
    );
    for (const { x, y, width } of frames.slice(1)) {
      const parent = frames.find(
        (other) =>
          other.y < y &&
          y - other.y <= 22 &&
          other.x <= x + 0.2 &&
          other.x + other.width + 0.2 >= x,
      );
      expect(parent, `${x} ${y} ${width}`).to.not.equal(undefined);
      expect(width).to.be.above(0);
    }
    expect(draw(toFrames(profile, "wires"))).to.include("the constant 1, and wires of no signal");
    expect(draw(toFrames(profile, "constraints")), "the same each time").to.equal(svg);
  });

  it("draws narrow frames beside each other as one, and few levels of a deep tree", () => {
    const many = Array.from({ length: 5000 }, (_, index) => frame(`part ${index}`, 1));
    const svg = draw(frame("root", 5010, [frame("large", 10), ...many]));
    expect(svg).to.include("5000 smaller frames: 5,000 constraints (99.8 %)");
    expect(framesOf(svg)).to.have.length(3);
    let deep = frame("leaf", 1);
    for (let level = 0; level < 2000; level++) deep = frame(`level ${level}`, 1, [deep]);
    expect(framesOf(draw(deep)).length).to.be.below(60);
  });

  it("draws a circuit without constraints", () => {
    const svg = draw(frame("empty", 0, [frame("main", 0)]));
    expect(svg).to.include("empty: 0 constraints (0.0 %)").and.not.include("NaN");
  });

  it("stands alone, has titles, and escapes names", () => {
    const svg = renderFlamegraph({
      ...{ title: HOSTILE, subtitle: HOSTILE, unit: "constraints" },
      root: frame(HOSTILE, 2, [frame(HOSTILE, 1)]),
    });
    expect(svg).to.include('role="img"').and.include('<title id="title">');
    expect(svg).to.include("prefers-color-scheme:dark").and.include("&lt;/script&gt;");
    expect(svg).to.not.match(/<script|href|@import|url\(|\0/);
    expect(svg.match(/https?:/g)).to.deep.equal(["http:"]); // the name space
    expect(escapeXml(`a<b>"c"&\u0007`)).to.equal("a&lt;b&gt;&quot;c&quot;&amp;\u{fffd}");
  });

  it("makes a page that runs only its own script, with names as data", () => {
    const [line] = profile.lines;
    const hostile = { ...profile, circuit: HOSTILE, lines: [{ ...line!, source: HOSTILE }] };
    const sources = new Map([[line!.file, `first\r\n${HOSTILE}`]]);
    const page = renderPage({ profile: hostile, sources });
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
    expect(scripts).to.deep.equal([PAGE_SCRIPT]);
    new Script(PAGE_SCRIPT); // has no syntax error
    const hash = createHash("sha256").update(PAGE_SCRIPT).digest("base64");
    expect(page).to.include(`script-src 'sha256-${hash}'`).and.include("default-src 'none'");
    expect(page).to.not.match(/ style="| on\w+="| src=| href=/);
    const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!;
    const data = JSON.parse(json) as { circuit: string; files: { text: string[] }[] };
    expect(data.circuit).to.equal(HOSTILE);
    expect(data.files[0]!.text).to.deep.equal(["first", HOSTILE]);
  });

  it("writes baselines that are sorted, and reads them", () => {
    const text = renderBaseline({ zebra: toBaseline(profile), ant: toBaseline(profile) });
    const { circuits } = parseBaseline(text, "file");
    expect(Object.keys(circuits)).to.deep.equal(["ant", "zebra"]);
    expect(circuits["ant"]).to.deep.equal(toBaseline(profile));
    expect(Object.keys(circuits["ant"]!.templates)).to.deep.equal(["Tower", "Towers"]);
    expect(circuits["ant"]!.templates["Towers"]).to.deep.equal({
      components: 1,
      constraints: 2,
      wires: 6,
      statements: { "in[0] * in[1] === out[0];": 2 },
    });
    for (const wrong of ["{", "[]", '{"version":2,"circuits":{}}', '{"version":1}']) {
      expectCode("PROFILE_BASELINE_INVALID", () => parseBaseline(wrong, "file"));
    }
    const negative = text.replace('"constraints": 2', '"constraints": -2');
    expectCode("PROFILE_BASELINE_INVALID", () => parseBaseline(negative, "file"));
  });

  it("names long lines by their start", () => {
    const long = `x <== ${"a + ".repeat(500)}b;`;
    const lines = profile.lines.map((line) =>
      line.template === "Towers" ? { ...line, source: long } : line,
    );
    const { templates } = toBaseline({ ...profile, lines });
    const [key, ...others] = Object.keys(templates["Towers"]!.statements);
    expect([key!.length, others.length]).to.deep.equal([120, 0]);
    const before = { ...toBaseline({ ...profile, lines }) };
    const { templates: changes } = compareProfile({ ...profile, lines }, before, 0);
    expect(changes).to.deep.equal([]);
  });

  it("says which circuit, template and line has grown", () => {
    const before = toBaseline(profile);
    const verdictOf = (now: CircuitProfile, tolerance = 0) =>
      compareProfile(now, before, tolerance).verdict;
    expect(verdictOf(profile)).to.equal("same");
    expect(compareProfile(profile, undefined, 0).verdict).to.equal("new");
    const grown = withGrowth(profile, "Tower", 1);
    expect(verdictOf(grown)).to.equal("grown");
    expect(verdictOf(grown, 5.8)).to.equal("grown"); // 1 of 17 is 5.88 %
    expect(verdictOf(grown, 5.9)).to.equal("changed");
    expect(verdictOf(withGrowth(profile, "Tower", -1))).to.equal("shrunk");
    const moved = withGrowth(withGrowth(profile, "Tower", 1), "Towers", -1);
    expect(verdictOf(moved)).to.equal("changed");
    const { constraints, templates } = compareProfile(grown, before, 0);
    expect(constraints).to.deep.equal({ before: 17, now: 18 });
    expect(templates.map(({ template }) => template)).to.deep.equal(["Tower"]);
    const { source, line } = grown.lines.find(({ template }) => template === "Tower")!;
    expect(templates[0]!.lines).to.deep.equal([
      { line, source, constraints: { before: 9, now: 10 } },
    ]);
  });

  it("compares wires too, and templates whose names objects have", () => {
    const before = toBaseline(profile);
    const wires = compareProfile(profile, { ...before, wires: before.wires - 1 }, 0);
    expect(wires.verdict).to.equal("grown");
    const named = {
      ...profile,
      templates: profile.templates.map((each) => ({ ...each, template: "constructor" })).slice(1),
    };
    const { templates } = compareProfile(named, before, 0);
    const made = templates.find(({ template }) => template === "constructor");
    expect(made?.constraints.before).to.equal(0);
    for (const name of ["constructor", "__proto__"]) {
      const text = renderBaseline(Object.fromEntries([[name, toBaseline(named)]]));
      expect(Object.keys(parseBaseline(text, "file").circuits)).to.deep.equal([name]);
    }
  });

  it("notices another level of optimization, also if it has the same counts", () => {
    const before = { ...toBaseline(profile), optimization: 2 as const };
    const { verdict, optimization } = compareProfile(profile, before, 0);
    expect([verdict, optimization]).to.deep.equal(["changed", { before: 2, now: 1 }]);
  });

  it("keeps the templates of one line apart, and adds their counts up in the page", async () => {
    const options = workspace.options("one-line");
    await writeFile(options.file, ONE_LINE);
    const oneLine = await profileCircuit(options);
    const counted = oneLine.lines.map(({ line, template, self, total }) => {
      return [line, template, self.constraints, total.constraints];
    });
    expect(counted).to.have.deep.members([
      [1, "Square", 2, 2],
      [1, "Main", 1, 3],
    ]);
    const { templates } = toBaseline(oneLine);
    for (const { constraints, statements } of Object.values(templates)) {
      expect(Object.values(statements)).to.deep.equal([constraints]);
    }
  });
});
