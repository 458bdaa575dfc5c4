/** Signatures by several members are ordinary ones: for us, for circomlibjs and for the circuit. */
import { expect } from "chai";
import { buildEddsa, type Eddsa } from "circomlibjs";
import type { Circuit } from "../../src/circom/circuit.ts";
import { type Signature, verify as verifyByReference } from "../../src/crypto/eddsa.ts";
import type { Point } from "../../src/crypto/baby-jubjub.ts";
import { FIELD_MODULUS } from "../../src/crypto/field.ts";
import { createEddsaKernel } from "../../src/kernel/eddsa.ts";
import { expectCircuitRefusal } from "../helpers/forged-witness.ts";
import { createFrostTeam, createMusigTeam, signTogether, type Team } from "../helpers/multisig.ts";
import { createRandom } from "../helpers/random.ts";
import { loadTemplate } from "../helpers/template-circuit.ts";

const random = createRandom();
/** Sizes of groups, and who signs. */
const CASES: readonly (readonly [string, () => Team, readonly number[]])[] = [
  ["MuSig2 of 2", () => createMusigTeam(random, 2), [1, 2]],
  ["MuSig2 of 7", () => createMusigTeam(random, 7), [1, 2, 3, 4, 5, 6, 7]],
  ["FROST 2 of 2", () => createFrostTeam(2, 2), [1, 2]],
  ["FROST 3 of 5", () => createFrostTeam(3, 5), [5, 1, 4]],
  ["FROST 3 of 5 with four signers", () => createFrostTeam(3, 5), [1, 2, 4, 5]],
];

describe(`multisig signatures, ${random.title}`, () => {
  let oracle: Eddsa;
  let circuit: Circuit;
  before(async () => {
    oracle = await buildEddsa();
    circuit = await loadTemplate("lib/eddsa.circom", "EdDSAPoseidonVerifier()");
  });

  function verifyByCircomlib(key: Point, message: bigint, { r8, s }: Signature): boolean {
    const { F } = oracle.babyJub;
    const point = ({ x, y }: Point): [Uint8Array, Uint8Array] => [F.e(x), F.e(y)];
    return oracle.verifyPoseidon(F.e(message), { R8: point(r8), S: s }, point(key));
  }

  for (const [title, create, signers] of CASES) {
    it(`are accepted by the reference, the kernel, circomlibjs and the circuit: ${title}`, async () => {
      const team = create();
      const key = team.group.publicKey;
      for (const message of [0n, FIELD_MODULUS - 1n, random.field()]) {
        const signature = signTogether(team, signers, message);
        const other = (message + 1n) % FIELD_MODULUS;
        for (const verify of [verifyByReference, createEddsaKernel().verify, verifyByCircomlib]) {
          expect(verify(key, message, signature)).to.equal(true);
          expect(verify(key, other, signature)).to.equal(false);
        }
        const { r8, s } = signature;
        const input = { enabled: 1, ax: key.x, ay: key.y, r8x: r8.x, r8y: r8.y, s, message };
        expect(circuit.checkWitness(await circuit.calculateWitness(input))).to.equal(null);
        await expectCircuitRefusal(circuit, { ...input, message: other });
      }
    });
  }

  it("differ for the same message, because nonces are fresh", () => {
    const team = createFrostTeam(2, 3);
    const [one, other] = [signTogether(team, [1, 2], 7n), signTogether(team, [1, 2], 7n)];
    expect(one.r8).to.not.deep.equal(other.r8);
  });
});
