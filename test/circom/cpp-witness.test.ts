/** Witnesses by circom's C++ generators: the same as those of WebAssembly, refusals included. */
import { access, chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { type Circuit, loadCircuit, type LoadCircuitOptions } from "../../src/circom/circuit.ts";
import { buildCppGenerator } from "../../src/circom/cpp/build.ts";
import { createCppCalculator } from "../../src/circom/cpp/calculator.ts";
import { missingTools } from "../../src/circom/cpp/tools.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";
import { type PrimeName, PRIMES } from "../../src/crypto/primes.ts";
import { encodeWitness } from "../../src/groth16/formats/wtns.ts";
import { circuitInputs } from "../../src/circom/inputs/arbitrary.ts";
import type { RollupError } from "../../src/util/errors.ts";
import { createWorkspace, expectRejection, type Workspace } from "./workspace.ts";

/** Asserts, constraints, hints, functions, logs, and an index that is known at run time only. */
const REFUSALS = `pragma circom 2.1.0;
function half(x) {
  assert(x != 13);
  return x \\ 2;
}
template Inner() {
  signal input in;
  signal output out;
  out <-- half(in);
  out * 2 === in;
}
template Main() {
  signal input a;
  signal input list[3];
  signal output out;
  component inner[2];
  for (var i = 0; i < 2; i++) inner[i] = Inner();
  inner[0].in <== 4;
  inner[1].in <== a;
  log("half of", a, "is", inner[1].out);
  signal picked <-- list[a \\ 2];
  out <== inner[1].out * a + picked;
  log(out);
}
component main = Main();
`;
const FIELD = `pragma circom 2.1.0;
template A() {
  signal input a; signal input b[2]; signal output inverse; signal output sum;
  inverse <-- 1 / a; inverse * a === 1;
  sum <== (5 * a - 7 * b[0] - b[1]) * a;
}
component main = A();`;
describe("circom: witnesses in C++", function () {
  let workspace: Workspace;
  const circuits: Circuit[] = [];
  const folders: Workspace[] = [];
  before(async function () {
    const missing = await missingTools();
    if (missing.length > 0) {
      console.log(`      C++ witnesses are not tested here. Missing: ${missing.join(", ")}.`);
      return this.skip();
    }
    workspace = await createWorkspace();
    folders.push(workspace);
    // circom's C++ for a parallel component without inputs does not compile.
    const language = await readFile(workspace.fixture("language"), "utf8");
    const changed = language.replace("parallel Constants()", "Constants()");
    expect(changed).not.to.equal(language);
    await writeFile(workspace.fixture("language"), changed);
    await writeFile(workspace.fixture("refusals"), REFUSALS);
    await writeFile(workspace.fixture("field"), FIELD);
  });
  after(async () => {
    for (const circuit of circuits) await circuit.close();
    for (const folder of folders) await folder.remove();
  });

  async function load(
    name: string,
    options: Partial<LoadCircuitOptions<"groth16">> = {},
  ): Promise<Circuit> {
    const circuit = await loadCircuit({ ...workspace.options(name), log: () => {}, ...options });
    circuits.push(circuit);
    return circuit;
  }
  const both = async (name: string, options: Partial<LoadCircuitOptions<"groth16">> = {}) =>
    [await load(name, options), await load(name, { ...options, witness: "cpp" })] as const;

  /** Returns the witness, or the code of the refusal. */
  const outcomeOf = (circuit: Circuit, inputs: InputValues) =>
    circuit.calculateWitness(inputs).catch((error: unknown) => (error as RollupError).code);

  it("has the witnesses of WebAssembly for random inputs, of buses and arrays, too", async () => {
    for (const name of ["nested-inputs", "language"]) {
      const [wasm, cpp] = await both(name);
      const random = fc.sample(circuitInputs(wasm), { numRuns: 12, seed: 7 }) as InputValues[];
      const expected = await Promise.all(random.map((inputs) => outcomeOf(wasm, inputs)));
      expect(expected.some((outcome) => typeof outcome !== "string")).to.equal(true);
      const found = await Promise.all(random.map((inputs) => outcomeOf(cpp, inputs)));
      expect(found).to.deep.equal(expected);
    }
  });

  for (const prime of ["bls12381", "goldilocks"] as const satisfies PrimeName[]) {
    it(`computes over ${prime}`, async () => {
      const last = PRIMES[prime].modulus - 1n;
      const [wasm, cpp] = await both("field", { prime });
      const inputs = { a: last - 1n, b: [last, 11] };
      expect(await cpp.calculateWitness(inputs)).to.deep.equal(await wasm.calculateWitness(inputs));
    });
  }

  it("refuses as WebAssembly does, with file, line, component and logs", async () => {
    const lines: Record<string, string[]> = { wasm: [], cpp: [] };
    const refusals: Record<string, unknown[]> = { wasm: [], cpp: [] };
    for (const witness of ["wasm", "cpp"] as const) {
      const log = (line: string) => lines[witness]!.push(line);
      const circuit = await load("refusals", { witness, log });
      const list = [1, 2, 3];
      expect(await circuit.compute({ a: 4, list })).to.deep.equal({ out: 11n });
      for (const [a, code] of [
        [3, "CIRCUIT_ASSERT_FAILED"],
        [13, "CIRCUIT_ASSERT_FAILED"],
        [10, "WITNESS_GENERATOR_FAILED"],
      ] as const) {
        const error = await expectRejection(code, () => circuit.compute({ a, list }));
        const { failure, reason } = error.facts as { failure?: { place: object }; reason?: string };
        refusals[witness]!.push([a, failure?.place, reason]);
      }
      await expectRejection("INPUT_MISSING", () => circuit.compute({ a: 4 }));
      await expectRejection("INPUT_OUT_OF_FIELD", () => circuit.compute({ a: -1, list }));
    }
    expect(lines["cpp"]).to.deep.equal(lines["wasm"]);
    expect(lines["cpp"]!.slice(0, 2)).to.deep.equal(["half of 4 is 2", "11"]);
    expect(refusals["cpp"]).to.deep.equal(refusals["wasm"]);
    const [[, place]] = refusals["cpp"] as [[number, Record<string, unknown>]];
    expect(place).to.include({ line: 10, component: "main.inner[1]" });
  });

  it("says what circom's program prints where the source is not evaluated", async () => {
    const circuit = await load("refusals", { witness: "cpp", explain: false });
    const inputs = { a: 3, list: [1, 2, 3] };
    const error = await expectRejection("CIRCUIT_ASSERT_FAILED", () => circuit.compute(inputs));
    expect(error.facts["trace"]).to.deep.equal([
      "Error in template Inner_0 line: 10",
      "in the component main.inner[1]",
    ]);
  });

  it("proves", async () => {
    const circuit = await load("refusals", { witness: "cpp" });
    const proven = await circuit.prove({ a: 2, list: [1, 2, 3] });
    expect(proven.publicSignals).to.deep.equal(["4"]);
    expect(await circuit.verify(proven)).to.equal(true);
  });

  it("is built once, and again if it is damaged", async () => {
    const messages: string[] = [];
    const options = {
      ...workspace.options("refusals"),
      onProgress: (text: string) => void messages.push(text),
    };
    const [first, second] = await Promise.all([
      buildCppGenerator(options),
      buildCppGenerator(options),
    ]);
    expect([second, messages]).to.deep.equal([first, []]);
    await writeFile(`${first}.dat`, "");
    const again = await Promise.all([buildCppGenerator(options), buildCppGenerator(options)]);
    expect(again).to.deep.equal([first, first]);
    expect(messages).to.deep.equal(["Building the C++ witness generator of refusals"]);
    const left = (await readdir(options.cacheDir)).filter((name) => /\.(?:tmp|lock)$/.test(name));
    expect(left).to.deep.equal([]);
  });

  describe("a program", () => {
    const calculate = async (body: string, limits = {}) => {
      const { name, stats, inputs } = await load("multiplier");
      const path = join(workspace.folder, `program-${crypto.randomUUID()}`);
      await writeFile(path, `#!/bin/sh\n${body}\n`);
      await chmod(path, 0o755);
      const calculator = createCppCalculator({ name, stats }, path, () => {}, limits);
      const values = inputs.map((input) => ({ name: input.name, values: [1n] }));
      return { calculator, result: () => calculator.calculate(values) };
    };

    it("is stopped at its limits of time and memory", async () => {
      const late = await calculate("exec sleep 30", { timeoutMs: 100 });
      const error = await expectRejection("CPP_LIMIT_EXCEEDED", late.result);
      expect(error.facts["limit"]).to.equal("100 ms");
      const circuit = await load("refusals", { witness: "cpp", cpp: { memoryMb: 1 } });
      const inputs = { a: 2, list: [1, 2, 3] };
      // What is told of a lack of memory depends on where it occurs.
      const failure: unknown = await circuit.compute(inputs).catch((thrown: unknown) => thrown);
      expect((failure as RollupError).code).to.be.oneOf([
        "CPP_LIMIT_EXCEEDED",
        "WITNESS_GENERATOR_FAILED",
      ]);
      const hungry = await calculate('echo "what(): std::bad_alloc" >&2; kill -ABRT $$');
      await expectRejection("CPP_LIMIT_EXCEEDED", hungry.result);
    });

    it("ends when the circuit is closed, and runs no more", async () => {
      const { calculator, result } = await calculate(`echo $$ > "$1.pid"; exec sleep 30`);
      const ending = expectRejection("PROVER_CLOSED", result);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const start = performance.now();
      calculator.close();
      await ending;
      expect(performance.now() - start).to.be.lessThan(10_000);
      await expectRejection("PROVER_CLOSED", result);
    });

    it("is not believed: files that are no witness of the circuit are refused", async () => {
      const { stats } = await load("multiplier");
      const write = async (witness: readonly bigint[], prime?: PrimeName) => {
        const file = join(workspace.folder, `${crypto.randomUUID()}.wtns`);
        await writeFile(file, encodeWitness(witness, prime));
        return (await calculate(`cp ${file} "$2"`)).result;
      };
      const good = [1n, ...Array<bigint>(stats.wires - 1).fill(5n)];
      expect(await (await write(good))()).to.deep.equal(good);
      for (const wrong of [
        await write(good.slice(1)),
        await write([...good, 1n]),
        await write(good.with(0, 2n)),
        await write(good.with(1, PRIMES.bn128.modulus)),
        await write(good, "bls12381"),
        (await calculate("exit 0")).result,
        (await calculate('echo hello > "$2"')).result,
        (await calculate("echo broken; exit 3")).result,
      ]) {
        await expectRejection("WITNESS_GENERATOR_FAILED", wrong);
      }
    });
  });

  it("leaves no inputs in files, which may be secret", async () => {
    const names = (await readdir(tmpdir())).filter((name) =>
      new RegExp(`^hardhat-zkrollup-witness\\..*-${process.pid}-`).test(name),
    );
    expect(names).to.deep.equal([]);
  });

  it("says which tools are missing", async () => {
    const path = process.env["PATH"];
    const folder = join(workspace.folder, "bin");
    await mkdir(folder);
    for (const tool of ["make", "sh"]) await symlink(await findInPath(tool), join(folder, tool));
    try {
      process.env["PATH"] = folder;
      const error = await expectRejection("CPP_TOOLS_MISSING", () =>
        buildCppGenerator(workspace.options("cuber")),
      );
      expect(error.facts["missing"]).to.include("g++").and.not.include("make");
      expect(error.fix).to.include("apt-get install");
      await writeFile(join(folder, "g++"), '#!/bin/sh\n[ "$1" = -v ]');
      await chmod(join(folder, "g++"), 0o755);
      expect(await missingTools()).to.include.members([
        "gmp.h (libgmp-dev)",
        "nlohmann/json.hpp (nlohmann-json3-dev)",
      ]);
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("shows the messages of a build that fails", async () => {
    const path = process.env["PATH"]!;
    const folder = join(workspace.folder, "failing");
    await mkdir(folder);
    await writeFile(
      join(folder, "make"),
      '#!/bin/sh\n[ "$1" = -v ] || { echo no space >&2; exit 2; }',
    );
    await chmod(join(folder, "make"), 0o755);
    try {
      process.env["PATH"] = `${folder}${delimiter}${path}`;
      const build = () => buildCppGenerator(workspace.options("cuber"));
      const error = await expectRejection("CPP_BUILD_FAILED", build);
      expect(error.facts).to.include({ reason: "make ended with 2", output: "no space" });
    } finally {
      process.env["PATH"] = path;
    }
  });
});

async function findInPath(tool: string): Promise<string> {
  for (const folder of process.env["PATH"]!.split(delimiter)) {
    const path = join(folder, tool);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new Error(`${tool} is not in the PATH`);
}
