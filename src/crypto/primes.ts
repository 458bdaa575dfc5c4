/** The prime fields that circom compiles for, by its names of them. */
import { FIELD_MODULUS } from "./field.ts";

/** A field of integers modulo a prime. */
export interface PrimeField {
  readonly modulus: bigint;
  /** Bytes of an element in files: a multiple of 8. */
  readonly bytes: number;
}

/** The name of a prime is that of its curve, except for `goldilocks`, which has none. */
export const PRIMES = {
  bn128: { modulus: FIELD_MODULUS, bytes: 32 },
  bls12377: {
    modulus: 8444461749428370424248824938781546531375899335154063827935233455917409239041n,
    bytes: 32,
  },
  bls12381: {
    modulus: 52435875175126190479447740508185965837690552500527637822603658699938581184513n,
    bytes: 32,
  },
  goldilocks: { modulus: 18446744069414584321n, bytes: 8 },
  grumpkin: {
    modulus: 21888242871839275222246405745257275088696311157297823662689037894645226208583n,
    bytes: 32,
  },
  pallas: {
    modulus: 28948022309329048855892746252171976963363056481941560715954676764349967630337n,
    bytes: 32,
  },
  secq256r1: {
    modulus: 115792089210356248762697446949407573530086143415290314195533631308867097853951n,
    bytes: 32,
  },
  vesta: {
    modulus: 28948022309329048855892746252171976963363056481941647379679742748393362948097n,
    bytes: 32,
  },
} as const satisfies Record<string, PrimeField>;

/** circom's name of a prime. */
export type PrimeName = keyof typeof PRIMES;

export const PRIME_NAMES = Object.keys(PRIMES) as [PrimeName, ...PrimeName[]];

/** The prime of BN254, circom's default, for which this package proves. */
export const DEFAULT_PRIME = "bn128" satisfies PrimeName;

/** Returns circom's name of a modulus, or undefined if it has none. */
export function primeNameOf(modulus: bigint): PrimeName | undefined {
  return PRIME_NAMES.find((name) => PRIMES[name].modulus === modulus);
}
