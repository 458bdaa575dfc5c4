/** Keys and proofs of PLONK and fflonk: where keys come from, and what is refused. */
import { readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect } from "chai";
import { type Circuit, loadCircuit } from "../../src/circom/circuit.ts";
import type { Protocol } from "../../src/circom/protocols.ts";
import { BASE_FIELD_MODULUS } from "../../src/groth16/formats/bn254.ts";
import { isInsecurePlonkKey } from "../../src/plonk/setup/keys.ts";
import { PLONK_PROTOCOLS, type PlonkProtocol } from "../../src/plonk/protocols.ts";
import {
  createWorkspace,
  expectRejection,
  runSnarkJs,
  type Workspace,
} from "../circom/workspace.ts";
import { cutOff, flipBit } from "../helpers/damage.ts";
import { writeKnownPtau } from "../helpers/known-ptau.ts";
import { createRandom } from "../helpers/random.ts";
import { createPowersOfTau } from "../helpers/powers-of-tau.ts";

const OTHER: Readonly<Record<PlonkProtocol, PlonkProtocol>> = { plonk: "fflonk", fflonk: "plonk" };

const random = createRandom();

describe(`plonk: keys and proofs ${random.title}`, () => {
  let workspace: Workspace;
  let ptau: string;
  const opened: AsyncDisposable[] = [];
  const path = (name: string) => join(workspace.folder, name);
  before(async () => {
    workspace = await createWorkspace();
    ptau = await createPowersOfTau(path("phase1"), 7);
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
  });
  after(() => workspace.remove());

  async function load<P extends Protocol>(
    protocol: P,
    options: Partial<Parameters<typeof loadCircuit>[0]> = {},
    name = "squarer",
  ): Promise<Circuit<{ root: number }, object, object, P>> {
    const base = { ...workspace.options(name), protocol };
    const circuit = await loadCircuit<{ root: number }, object, object, P>({
      ...base,
      ...options,
      protocol,
    });
    opened.push(circuit);
    return circuit;
  }

  for (const protocol of PLONK_PROTOCOLS) {
    it(`proves and verifies by ${protocol} with an insecure key`, async () => {
      const circuit = await load<PlonkProtocol>(protocol);
      const proven = await circuit.prove({ root: 12 });
      expect(proven.publicSignals).to.deep.equal(["144"]);
      expect(await circuit.verify(proven)).to.equal(true);
      expect(await circuit.verify({ ...proven, publicSignals: ["145"] })).to.equal(false);
      expect(isInsecurePlonkKey(await circuit.zkeyPath(), protocol)).to.equal(true);
      expect((await circuit.verificationKey()).protocol).to.equal(protocol);
    });

    it(`makes a secure ${protocol} key from powers of tau, which snarkjs accepts`, async () => {
      const circuit = await load<PlonkProtocol>(protocol, { ptau });
      const zkey = await circuit.zkeyPath();
      expect(isInsecurePlonkKey(zkey, protocol)).to.equal(false);
      const { mtimeMs } = await stat(zkey);
      const other = await load<PlonkProtocol>(protocol, { ptau });
      expect(await other.zkeyPath()).to.equal(zkey);
      expect((await stat(zkey)).mtimeMs).to.equal(mtimeMs);
      expect(await circuit.verify(await circuit.prove({ root: 3 }))).to.equal(true);
      await runSnarkJs("zkey", "export", "verificationkey", zkey, path("vkey.json"));
      const exported: unknown = JSON.parse(await readFile(path("vkey.json"), "utf8"));
      expect(await circuit.verificationKey()).to.deep.equal(exported);
    });

    it(`makes the ${protocol} key that snarkjs makes from the same powers`, async () => {
      const seed = "shared";
      await writeKnownPtau(path("known.ptau"), seed, 7);
      const dev = await load<PlonkProtocol>(protocol, { setup: { type: "dev", seed } });
      await runSnarkJs(protocol, "setup", dev.r1csPath, path("known.ptau"), path("theirs.zkey"));
      const [ours, theirs] = [
        await readFile(await dev.zkeyPath()),
        await readFile(path("theirs.zkey")),
      ];
      // All but the number of sections, and our section at the end.
      expect(ours.subarray(12, theirs.length).equals(theirs.subarray(12))).to.equal(true);
    });

    it(`refuses keys and proofs of other protocols than ${protocol} by name`, async () => {
      const circuit = await load<PlonkProtocol>(protocol);
      const [groth16, other] = [await load("groth16"), await load<PlonkProtocol>(OTHER[protocol])];
      const proven = await circuit.prove({ root: 2 });
      for (const wrong of [groth16, other] as Circuit<
        { root: number },
        object,
        object,
        PlonkProtocol
      >[]) {
        const zkeyPath = await wrong.zkeyPath();
        const given = await load<PlonkProtocol>(protocol, { zkeyPath });
        const error = await expectRejection("PROTOCOL_NOT_SUPPORTED", () => given.zkeyPath());
        expect(error.message).to.match(/Groth16|PLONK|fflonk/);
        const foreign = await wrong.prove({ root: 2 });
        await expectRejection("PROOF_MALFORMED", () => circuit.verify(foreign));
        await expectRejection("PROOF_MALFORMED", () => wrong.verify(proven));
      }
      const zkeyPath = await circuit.zkeyPath();
      const given = await load("groth16", { zkeyPath });
      await expectRejection("PROTOCOL_NOT_SUPPORTED", () => given.zkeyPath());
    });

    it(`refuses other forms of a ${protocol} proof`, async () => {
      const circuit = await load<PlonkProtocol>(protocol);
      const proven = await circuit.prove({ root: 5 });
      const refused = await expectRejection("PROOF_MALFORMED", () =>
        circuit.verify({ ...proven, publicSignals: [] }),
      );
      expect(refused.message).to.include("0 public values");
      // The same point with a coordinate that is not reduced.
      const text = JSON.stringify(proven);
      const { proof } = proven as unknown as { proof: Record<string, Record<string, string[]>> };
      const point =
        protocol === "plonk" ? (proof.A as unknown as string[]) : proof.polynomials!.C1!;
      const unreduced = String(BigInt(point[0]!) + BASE_FIELD_MODULUS);
      const changed = JSON.parse(text.replaceAll(point[0]!, unreduced)) as typeof proven;
      expect(await circuit.verify(changed)).to.equal(false);
      const cut = JSON.parse(text.replace(`"${point[1]!}",`, "")) as typeof proven;
      await expectRejection("PROOF_MALFORMED", () => circuit.verify(cut));
    });

    it(`makes a damaged ${protocol} key again`, async () => {
      const options = { cacheDir: path(`damaged-${protocol}`) };
      const zkey = await (await load<PlonkProtocol>(protocol, options)).zkeyPath();
      const whole = await readFile(zkey);
      for (const damage of [cutOff, flipBit]) {
        await damage(zkey, random);
        const again = await load<PlonkProtocol>(protocol, options);
        expect(await again.zkeyPath()).to.equal(zkey);
        expect(whole.equals(await readFile(zkey)), damage.name).to.equal(true);
      }
    });

    it(`refuses powers of tau that are too few for ${protocol}, missing or not prepared`, async () => {
      const few = await createPowersOfTau(path(`few-${protocol}`), 2);
      const problemOf = async (file: string) => {
        const circuit = await load<PlonkProtocol>(protocol, { ptau: file });
        const { facts } = await expectRejection("PTAU_NOT_USABLE", () => circuit.zkeyPath());
        return facts.problem;
      };
      expect(await problemOf(few)).to.match(/^it has 2\^2 powers, and the circuit takes 2\^/);
      expect(await problemOf(path("none.ptau"))).to.equal("there is no such file");
      const unprepared = join(path(`few-${protocol}`), "contributed.ptau");
      expect(await problemOf(unprepared)).to.equal("it is not prepared for phase 2");
    });
  }

  it("names keys by circuit, protocol and origin", async () => {
    const keys = await Promise.all([
      load("plonk"),
      load("fflonk"),
      load("plonk", { ptau }),
      load("plonk", { setup: { type: "dev", seed: "other" } }),
      load("plonk", {}, "cuber"),
    ] as Promise<Circuit<{ root: number }, object, object, PlonkProtocol>>[]);
    const names = await Promise.all(keys.map(async (key) => basename(await key.zkeyPath())));
    expect(new Set(names).size).to.equal(names.length);
    expect(names[0]).to.match(/^squarer-plonk-[0-9a-f]{16}\.zkey$/);
  });

  it("marks a key as insecure if nobody has contributed to its powers of tau", async () => {
    await writeKnownPtau(path("nobody.ptau"), "nobody", 5);
    const circuit = await load("plonk", { ptau: path("nobody.ptau") });
    expect(isInsecurePlonkKey(await circuit.zkeyPath(), "plonk")).to.equal(true);
  });

  it("refuses a key of another circuit", async () => {
    const zkeyPath = await (await load("plonk", {}, "cuber")).zkeyPath();
    const given = await load("plonk", { zkeyPath });
    await expectRejection("ZKEY_NOT_USABLE", () => given.zkeyPath());
    const missing = await load("plonk", { zkeyPath: path("none.zkey") });
    await expectRejection("ZKEY_NOT_USABLE", () => missing.zkeyPath());
  });

  it("needs powers of tau beside the keys of a ceremony", async () => {
    const setup = { type: "ceremony", keysDir: path("keys") } as const;
    const without = await load("fflonk", { setup });
    await expectRejection("PTAU_NOT_CONFIGURED", () => without.zkeyPath());
    const circuit = await load("fflonk", { setup, ptau });
    expect(isInsecurePlonkKey(await circuit.zkeyPath(), "fflonk")).to.equal(false);
  });

  it("refuses a prover that has no such protocol, and a protocol that nobody knows", async () => {
    const circuit = await load("plonk");
    await expectRejection("PROVER_NOT_OF_PROTOCOL", () =>
      circuit.prove({ root: 2 }, { prover: "kernel" }),
    );
    const proven = await circuit.prove({ root: 2 }, { prover: "snarkjs" });
    expect(await circuit.verify(proven)).to.equal(true);
    await expectRejection("PROTOCOL_UNKNOWN", () => load("stark" as "plonk"));
  });

  it("rejects proofs of a closed circuit", async () => {
    const circuit = await load("plonk");
    const proven = await circuit.prove({ root: 2 });
    await circuit.close();
    await expectRejection("PROVER_CLOSED", () => circuit.prove({ root: 2 }));
    await expectRejection("PROVER_CLOSED", () => circuit.verify(proven));
  });
});
