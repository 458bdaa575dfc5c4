/** Generated verifiers in Vyper, as compiled by scripts/compile-vyper.ts, on Hardhat's EVM. */
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { type Contract, Interface } from "ethers";
import type { Circuit } from "../../src/circom/circuit.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { BASE_FIELD_MODULUS } from "../../src/groth16/formats/bn254.ts";
import { toSolidityProof } from "../../src/groth16/verifier/verifier.ts";
import { generateVyperVerifier } from "../../src/groth16/verifier/vyper.ts";
import { createWorkspace, type Workspace } from "../circom/workspace.ts";
import { expectCode } from "../helpers/expect-code.ts";
import { deploy, pointOutsideSubgroup } from "./verifier-contract.ts";
import {
  generateFixture,
  loadFixtureCircuit,
  readCompiledVyper,
  VYPER_FIXTURES,
  type VyperFixture,
  vyperPaths,
} from "./vyper-fixtures.ts";

type Proof = ReturnType<typeof toSolidityProof>;

describe("groth16: verifier in Vyper", () => {
  const [squarer, secure, seven] = VYPER_FIXTURES;
  let workspace: Workspace;
  const circuits = new Map<string, Circuit>();
  const circuitOf = ({ circuit }: VyperFixture) => circuits.get(circuit)!;
  before(async () => {
    workspace = await createWorkspace();
    for (const fixture of [squarer, seven]) {
      circuits.set(fixture.circuit, await loadFixtureCircuit(fixture, workspace));
    }
  });
  after(async () => {
    for (const circuit of circuits.values()) await circuit.close();
    await workspace.remove();
  });

  const abiOf = (inputs: number) => [
    `function verifyProof(uint256[2], uint256[2][2], uint256[2], uint256[${inputs}]) view returns (bool)`,
    "function INSECURE() view returns (bool)",
    "error InsecureKeysOnLiveChain(uint256 chainId)",
  ];
  async function deployed(fixture: VyperFixture, chainId?: number): Promise<Contract> {
    const { bytecode } = await readCompiledVyper(fixture);
    const { nPublic } = await circuitOf(fixture).verificationKey();
    return deploy({ abi: abiOf(nPublic), bytecode }, chainId);
  }
  const verify = (contract: Contract, { a, b, c, input }: Pick<Proof, "a" | "b" | "c" | "input">) =>
    contract.getFunction("verifyProof").staticCall(a, b, c, input) as Promise<boolean>;

  for (const fixture of VYPER_FIXTURES) {
    it(`generates the source that was compiled: ${fixture.contract}`, async () => {
      const source = await readFile(vyperPaths(fixture).source, "utf8");
      expect(await generateFixture(fixture, circuitOf(fixture))).to.equal(source);
      expect((await readCompiledVyper(fixture)).vyper).to.match(/^0\.4\.\d+$/);
    });

    it(`is compiled to the same bytecode: ${fixture.contract}`, async function () {
      const program = process.env["VYPER"];
      if (program === undefined) return this.skip(); // names a Vyper compiler
      const args = ["-f", "bytecode", "--evm-version", "cancun", vyperPaths(fixture).source];
      const bytecode = execFileSync(program, args, { encoding: "utf8" }).trim();
      expect(bytecode).to.equal((await readCompiledVyper(fixture)).bytecode);
    });
  }

  describe("with a proof", () => {
    let contract: Contract;
    let valid: Proof;
    before(async () => {
      contract = await deployed(squarer);
      valid = toSolidityProof(await circuitOf(squarer).prove({ root: 12 }));
    });

    it("accepts it, and refuses other public values", async () => {
      expect(await verify(contract, valid)).to.equal(true);
      for (const input of [[145n], [0n], [valid.input[0]! + FIELD_MODULUS], [2n ** 256n - 1n]]) {
        expect(await verify(contract, { ...valid, input })).to.equal(false);
      }
    });

    it("refuses coordinates that are not canonical", async () => {
      const { a, b, c } = valid;
      const q = BASE_FIELD_MODULUS;
      const wrong: Partial<Proof>[] = [
        { a: [a[0] + q, a[1]] },
        { a: [a[0], a[1] + q] },
        { c: [c[0] + q, c[1]] },
        { c: [c[0], c[1] + q] },
        ...[0, 1].flatMap((i) =>
          [0, 1].map((j) => ({
            b: b.map((row, k) => row.map((x, l) => (k === i && l === j ? x + q : x))) as Proof["b"],
          })),
        ),
      ];
      for (const part of wrong) {
        expect(
          await verify(contract, { ...valid, ...part }),
          JSON.stringify(Object.keys(part)),
        ).to.equal(false);
      }
    });

    it("refuses points off their curve or out of their subgroup, without reverting", async () => {
      const { a, b, c } = valid;
      const [w, x, y, z] = (await pointOutsideSubgroup()) as [bigint, bigint, bigint, bigint];
      const wrong: Partial<Proof>[] = [
        { a: [1n, 1n] },
        { a: [0n, 0n] },
        { a: [a[0], BASE_FIELD_MODULUS - a[1]] },
        { c: [c[0], c[1] + 1n] },
        { c: a },
        { b: [b[1], b[0]] },
        {
          b: [
            [w, x],
            [y, z],
          ],
        },
      ];
      for (const part of wrong)
        expect(await verify(contract, { ...valid, ...part })).to.equal(false);
    });
  });

  it("binds each of several public values", async () => {
    const contract = await deployed(seven);
    const inputs = { values: [1, 2, 3, 4, 5, 6, FIELD_MODULUS - 20n], inverse: 1 };
    const valid = toSolidityProof(await circuitOf(seven).prove(inputs));
    expect(await verify(contract, valid)).to.equal(true);
    for (const [index, value] of valid.input.entries()) {
      const input = valid.input.with(index, value === 0n ? 1n : value - 1n);
      expect(await verify(contract, { ...valid, input })).to.equal(false);
    }
  });

  it("rejects a deployment of an insecure key on a live chain", async () => {
    const reason = await deployed(squarer, 1).then(
      () => "deployed",
      (error: unknown) => new Interface(abiOf(1)).parseError((error as { data: string }).data),
    );
    expect(reason).to.deep.include({ name: "InsecureKeysOnLiveChain" });
    expect((reason as { args: unknown[] }).args[0]).to.equal(1n);
    expect(await (await deployed(squarer, 1337)).getFunction("INSECURE")()).to.equal(true);
    const live = await deployed(secure, 1);
    expect(await live.getFunction("INSECURE")()).to.equal(false);
    const proof = toSolidityProof(await circuitOf(secure).prove({ root: 3 }));
    expect(await verify(live, proof)).to.equal(true);
  });

  it("rejects keys without a possible contract", async () => {
    const verificationKey = await circuitOf(squarer).verificationKey();
    const refuse = (changes: object) =>
      expectCode("VERIFIER_KEYS", () =>
        generateVyperVerifier({
          key: { name: "a", verificationKey: { ...verificationKey, ...changes } },
          insecure: true,
        }),
      );
    refuse({ nPublic: 0 });
    refuse({ protocol: "plonk" });
  });
});
