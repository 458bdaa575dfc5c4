/** Extracts verification keys from proving keys. */

import { G1_BYTES, G2_BYTES, readCoordinates } from "./bn254.ts";
import { loadCurve } from "../setup/ffjavascript.ts";
import type { VerificationKey } from "../snarkjs.ts";
import { readZkeyVerifierPart } from "./zkey-file.ts";

/**
 * Reads the verification key of a proving key.
 *
 * @param zkeyPath - Path of a Groth16 proving key, a `.zkey` file.
 * @returns What `snarkjs zkey export verificationkey` writes.
 * @throws BINARY_FORMAT, FIELD_NOT_SUPPORTED, PROTOCOL_NOT_SUPPORTED
 *
 * @example
 * const key = await readVerificationKey(await multiplier.zkeyPath());
 * key.nPublic; // 1
 */
export async function readVerificationKey(zkeyPath: string): Promise<VerificationKey> {
  const { header, ic } = readZkeyVerifierPart(zkeyPath);
  const { pairing, Gt } = await loadCurve();
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: header.publicCount,
    vk_alpha_1: pointInG1(header.alpha1, 0),
    vk_beta_2: pointInG2(header.beta2),
    vk_gamma_2: pointInG2(header.gamma2),
    vk_delta_2: pointInG2(header.delta2),
    vk_alphabeta_12: Gt.toObject(pairing(header.alpha1, header.beta2)).map((triple) =>
      triple.map((pair) => pair.map(String)),
    ),
    IC: Array.from({ length: header.publicCount + 1 }, (_, i) => pointInG1(ic, i * G1_BYTES)),
  };
}

/** (x, y, 1), or snarkjs's (0, 1, 0) for infinity: an input that no constraint uses. */
function pointInG1(bytes: Uint8Array, offset: number): string[] {
  const [x, y] = readCoordinates(bytes, offset, 2);
  return x === 0n && y === 0n ? ["0", "1", "0"] : [String(x), String(y), "1"];
}

function pointInG2(bytes: Uint8Array): string[][] {
  const [x0, x1, y0, y1] = readCoordinates(bytes, 0, G2_BYTES / (G1_BYTES / 2)).map(String);
  return [
    [x0!, x1!],
    [y0!, y1!],
    ["1", "0"],
  ];
}
