/**
 * The part of a verifier contract that differs when it has several keys, and checks proofs of any
 * of them in batches.
 *
 * A proof (A, B, C) of the public values x is valid if E = 1, where
 *
 *     E = e(A, B) e(alpha, -beta) e(ic[0] + Σ x[j] ic[j + 1], -gamma) e(C, -delta).
 *
 * For proofs E_0, E_1, … and scalars s_0 = 1, s_1, … the contract checks that Π E_i^s_i = 1. The
 * pairing is bilinear and the keys share alpha, beta and gamma, so one call of its precompiled
 * contract will do, with a pair (s_i A_i, B_i) of each proof, (Σ s_i C_i, -delta) of each key, and
 * one (Σ s_i alpha, -beta) and one (X, -gamma) of all. X takes each point of a key's inputs only
 * once, times a sum of field elements.
 *
 * Soundness. All values of the pairing have order r, a prime: the contract of EIP-197 takes only
 * points of the two groups. Suppose that proofs are wrong, and let E_i be any of those with i > 0.
 * Whatever the other scalars are, the product is 1 for at most one s_i modulo r, and s_i is one of
 * 2^128 values that a hash of all key ids, values and proofs picks: nobody can make one proof fit
 * the others. If E_0 alone is wrong, the product is E_0 itself. So a list with a wrong proof passes
 * with a probability of at most 2^-128, for every list that somebody tries.
 *
 * @see https://eprint.iacr.org/1998/007 the small exponents test, section 3.2
 * @see https://zips.z.cash/protocol/protocol.pdf appendix B.2, the same for Groth16
 */

import { keccak } from "../../util/keccak.ts";
import {
  bytesConstant,
  G1_WORDS,
  G2_WORDS,
  hexNumber,
  type VerifierKey,
  WORD_BYTES,
  wordsInG1,
  wordsOfOpposite,
  wrapComment,
} from "./keys.ts";

/** alpha, -beta and -gamma. */
const SHARED_WORDS = G1_WORDS + 2 * G2_WORDS;
/** A sum of points, the point that is added next, and the scalar that this is multiplied by. */
const POINT_SUM_WORDS = 2 * G1_WORDS + 1;
const PROOF_WORDS = 2 * G1_WORDS + G2_WORDS;

/** The keys as the pairing takes them, `verifyProof` and `verifyProofs`. */
export function severalKeysSections(keys: readonly VerifierKey[]): string[] {
  return [keysConstant(keys), ERRORS, verifyProof(keys), VERIFY_PROOFS, verify(keys)];
}

const ERRORS = `    error UnknownKey(uint256 keyId);
    error WrongInputCount(uint256 expected, uint256 actual);
    error NoClaims();
    error ClaimIncomplete();`;

function keysConstant(keys: readonly VerifierKey[]): string {
  const { vk_alpha_1, vk_beta_2, vk_gamma_2 } = keys[0]!.verificationKey;
  const names = keys.map(({ name }) => name).join(", ");
  const comment =
    "@dev alpha, -beta and -gamma, which all keys share; then of each key -delta and the points " +
    `of its inputs, in the order ${names}.`;
  return bytesConstant(comment, "KEYS", [
    ...wordsInG1(vk_alpha_1),
    ...wordsOfOpposite(vk_beta_2),
    ...wordsOfOpposite(vk_gamma_2),
    ...keys.flatMap(({ verificationKey: { vk_delta_2, IC } }) => [
      ...wordsOfOpposite(vk_delta_2),
      ...IC.flatMap(wordsInG1),
    ]),
  ]);
}

function verifyProof(keys: readonly VerifierKey[]): string {
  const list = keys.map(({ id, name }) => `${id} is ${name}`).join(", ");
  return `    /// @notice Whether a proof is valid. Reverts only for wrong arguments.
${wrapComment(`@param keyId ${list}.`, "    ")}
    /// @param proof Points A, B (the imaginary parts first) and C.
    /// @param input The public values: outputs, then public inputs.
    function verifyProof(
        uint256 keyId,
        uint256[8] calldata proof,
        uint256[] calldata input
    ) external view returns (bool) {
        return _verify(input.length, abi.encodePacked(keyId, input, proof));
    }`;
}

const VERIFY_PROOFS = `    /// @notice Whether all of some proofs are valid: checks one random combination of them.
    /// Reverts only for wrong arguments.
    /// @dev A list with a wrong proof passes with a probability of at most 2^-128: wrong proofs
    /// would have to make up for each other, and what each is multiplied by comes from a hash of
    /// the whole list. Which one is wrong is not known then.
    /// @param inputCount How many public values each proof has: which word means what must not
    /// depend on the words.
    /// @param claims One after the other, at least one; for each the id of its key, the public
    /// values, and the points A, B (the imaginary parts first) and C.
    function verifyProofs(
        uint256 inputCount,
        uint256[] calldata claims
    ) external view returns (bool) {
        return _verify(inputCount, abi.encodePacked(claims));
    }`;

/** Where the words of a key, and its sums, are. */
interface KeyPlace {
  readonly key: VerifierKey;
  /** From the start of the constant, in bytes. */
  readonly keyOffset: number;
  /** From the start of the sums, in bytes. */
  readonly sumsOffset: number;
}

function placeKeys(keys: readonly VerifierKey[]): { places: KeyPlace[]; sumWords: number } {
  const places: KeyPlace[] = [];
  let keyWords = SHARED_WORDS;
  let sumWords = 1 + POINT_SUM_WORDS;
  for (const key of keys) {
    places.push({ key, keyOffset: keyWords * WORD_BYTES, sumsOffset: sumWords * WORD_BYTES });
    const scalars = key.verificationKey.nPublic + 1;
    keyWords += G2_WORDS + G1_WORDS * scalars;
    sumWords += scalars + POINT_SUM_WORDS;
  }
  return { places, sumWords };
}

/**
 * In memory: the pairs one after the other; and the sums, all zero at first. Those are of the
 * scalars of all proofs, and X; then, of each key, of the scalars, of each input, and of the points
 * C. Behind a sum of points there is room for what is added next.
 */
function verify(keys: readonly VerifierKey[]): string {
  const { places, sumWords } = placeKeys(keys);
  return `    /// @dev Checks that the product of the pairings (s·A, B) of each proof, (Σ s · alpha, -beta),
    /// (X, -gamma), and (Σ s·C, -delta) of each key is 1, where s is 1 for the first proof and for
    /// each other one 128 bits that depend on all claims. X is the sum of the points of all inputs,
    /// each times Σ s · input.
    function _verify(uint256 inputCount, bytes memory claims) private view returns (bool valid) {
        if (claims.length == 0) revert NoClaims();
        bytes memory keys = KEYS;
        uint256[${sumWords}] memory sums;
        bytes32 state = keccak256(claims);
        assembly ("memory-safe") {
${findSums(places)}

${YUL_FUNCTIONS}

            let proofOffset := shl(5, add(inputCount, 1))
            let claimSize := add(proofOffset, ${hexNumber(PROOF_WORDS * WORD_BYTES)})
            if mod(mload(claims), claimSize) {
                mstore(0x00, ${selector("ClaimIncomplete()")})
                revert(0x1c, 0x04)
            }

            let pairs := mload(0x40)
            let pair := pairs
            let claim := add(claims, 0x20)
            let end := add(claim, mload(claims))
            for {
                let scalar := 1
            } lt(claim, end) {} {
                let sum := add(sums, findSums(mload(claim), inputCount))
                addProof(add(claim, 0x20), add(claim, proofOffset), scalar, sum, pair)
                claim := add(claim, claimSize)
                pair := add(pair, 0xc0)

                mstore(0x00, state)
                state := keccak256(0x00, 0x20)
                scalar := shr(128, state)
            }

${places.map(finishKey).join("\n")}
            mcopy(pair, add(keys, 0x20), 0x40)
            scale(pair, mload(sums))
            mcopy(add(pair, 0x40), add(keys, 0x60), 0x80)
            pair := add(pair, 0xc0)
            mcopy(pair, add(sums, 0x20), 0x40)
            mcopy(add(pair, 0x40), add(keys, 0xe0), 0x80)
            pair := add(pair, 0xc0)

            valid := staticcall(gas(), 0x08, pairs, sub(pair, pairs), 0x00, 0x20)
            valid := and(valid, eq(mload(0x00), 1))
        }
    }`;
}

function findSums(places: readonly KeyPlace[]): string {
  const cases = places.map(
    ({ key: { id, verificationKey }, sumsOffset }) => `                case ${id} {
                    offset := ${hexNumber(sumsOffset)}
                    expected := ${verificationKey.nPublic}
                }`,
  );
  return `            // Where the sums of a key are.
            function findSums(keyId, givenCount) -> offset {
                let expected
                switch keyId
${cases.join("\n")}
                default {
                    mstore(0x00, ${selector("UnknownKey(uint256)")})
                    mstore(0x20, keyId)
                    revert(0x1c, 0x24)
                }
                if xor(givenCount, expected) {
                    mstore(0x00, ${selector("WrongInputCount(uint256,uint256)")})
                    mstore(0x20, expected)
                    mstore(0x40, givenCount)
                    revert(0x1c, 0x44)
                }
            }`;
}

function finishKey({ key: { verificationKey }, keyOffset, sumsOffset }: KeyPlace): string {
  const key = `add(keys, ${hexNumber(WORD_BYTES + keyOffset)})`;
  const sum = `add(sums, ${hexNumber(sumsOffset)})`;
  return `            pair := addKey(${key}, ${verificationKey.nPublic}, ${sum}, sums, pair)`;
}

/** The four bytes by which callers know an error, as a word of Yul. */
function selector(error: string): string {
  const digest = keccak(new TextEncoder().encode(error));
  return `0x${(digest >> BigInt(8 * (WORD_BYTES - 4))).toString(16).padStart(8, "0")}`;
}

const YUL_FUNCTIONS = `            // Ends with false: a precompiled contract that fails has taken all its gas.
            function refuse() {
                mstore(0x00, 0)
                return(0x00, 0x20)
            }

            // Multiplies a point; overwrites the word behind it.
            function scale(point, scalar) {
                if eq(scalar, 1) {
                    leave
                }
                mstore(add(point, 0x40), scalar)
                if iszero(staticcall(gas(), 0x07, point, 0x60, point, 0x40)) {
                    refuse()
                }
            }

            // Multiplies the point behind a sum of points, and adds it to the sum.
            function addScaled(sum, scalar) {
                scale(add(sum, 0x40), scalar)
                if iszero(staticcall(gas(), 0x06, sum, 0x80, sum, 0x40)) {
                    refuse()
                }
            }

            // Writes the pair of a proof, and adds the rest of it to the sums of its key.
            function addProof(inputs, proof, scalar, sum, pair) {
                mcopy(pair, proof, 0x40)
                scale(pair, scalar)
                mcopy(add(pair, 0x40), add(proof, 0x40), 0x80)
                // Too few scalars of 128 bits to reach r.
                mstore(sum, add(mload(sum), scalar))
                for {} lt(inputs, proof) {
                    inputs := add(inputs, 0x20)
                } {
                    let input := mload(inputs)
                    if iszero(lt(input, R)) {
                        refuse()
                    }
                    sum := add(sum, 0x20)
                    mstore(sum, addmod(mload(sum), mulmod(input, scalar, R), R))
                }
                mcopy(add(sum, 0x60), add(proof, 0xc0), 0x40)
                addScaled(add(sum, 0x20), scalar)
            }

            // Writes the pair of a key, and adds the sums of its scalars and inputs to the totals.
            // A key that no proof is of has none.
            function addKey(key, inputs, sum, totals, pair) -> next {
                next := pair
                if iszero(mload(sum)) {
                    leave
                }
                mstore(totals, add(mload(totals), mload(sum)))
                let point := add(key, 0x80)
                let end := add(sum, shl(5, inputs))
                for {} iszero(gt(sum, end)) {
                    sum := add(sum, 0x20)
                } {
                    mcopy(add(totals, 0x60), point, 0x40)
                    addScaled(add(totals, 0x20), mload(sum))
                    point := add(point, 0x40)
                }
                mcopy(pair, sum, 0x40)
                mcopy(add(pair, 0x40), key, 0x80)
                next := add(pair, 0xc0)
            }`;
