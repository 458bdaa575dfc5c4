/** Errors about the files, keys and proofs of any Groth16 circuit. */
import { defineErrors } from "../util/errors.ts";

export type Groth16ErrorFacts =
  | { code: "BINARY_FORMAT"; source: string; expected: string; problem: string }
  | { code: "FIELD_NOT_SUPPORTED"; source: string; modulus: bigint }
  | { code: "PROTOCOL_NOT_SUPPORTED"; source: string; protocol: string; expected: string }
  | { code: "PROTOCOL_UNKNOWN"; protocol: string; known: readonly string[] }
  | { code: "PROVER_NOT_OF_PROTOCOL"; prover: string; protocol: string }
  | { code: "PTAU_NOT_CONFIGURED"; circuit: string; protocol: string }
  | { code: "CUSTOM_GATES"; source: string; gates: readonly string[] }
  | { code: "PROOF_MALFORMED"; problem: string }
  | { code: "VERIFICATION_KEY_MALFORMED"; problem: string }
  | { code: "WITNESS_LENGTH"; expected: number; actual: number }
  | { code: "WITNESS_CONSTANT"; value: bigint }
  | { code: "CIRCUIT_TOO_LARGE"; constraints: number; maximum: number }
  | { code: "VERIFIER_KEYS"; problem: string }
  | { code: "VERIFIER_KEYS_MIXED"; first: string; second: string; point: string }
  | { code: "PTAU_NOT_USABLE"; file: string; problem: string }
  | { code: "PTAU_UNKNOWN"; name: string; known: readonly string[] }
  | { code: "PTAU_HASH_DIFFERS"; name: string; file: string; expected: string; actual: string }
  | {
      code: "PTAU_NOT_DOWNLOADED";
      name: string;
      url: string;
      folder: string;
      file: string;
      reason: string;
    }
  | { code: "CONTRIBUTION_NOT_POSSIBLE"; zkey: string; problem: string }
  | { code: "CEREMONY_KEY_MISSING"; circuit: string; zkey: string }
  | { code: "CEREMONY_KEY_INVALID"; circuit: string; zkey: string; problem: string }
  | { code: "CEREMONY_KEY_DAMAGED"; circuit: string; zkey: string; problem: string }
  | { code: "FOLDER_NOT_WRITABLE"; folder: string; problem: string }
  | { code: "EXTERNAL_COMMAND_INVALID"; command: string; missing: readonly string[] }
  | { code: "EXTERNAL_PROVER_FAILED"; command: string; reason: string; output: string }
  | { code: "PROVING_KEY_TOO_LARGE"; domainSize: number }
  | { code: "PROVER_UNKNOWN"; prover: string; known: readonly string[] }
  | { code: "PROVER_CLOSED"; prover: string }
  | { code: "ZKEY_NOT_USABLE"; circuit: string; zkey: string; problem: string }
  | { code: "WITNESS_LENGTH_MISMATCH"; expected: number; actual: number };

export const groth16Error = defineErrors<Groth16ErrorFacts>({
  BINARY_FORMAT: {
    message: ({ source, expected, problem }) =>
      `${source} is not a valid ${expected} file: ${problem}.`,
    fix: "Delete the file and build it again; if it was copied or downloaded, get it again.",
  },
  FIELD_NOT_SUPPORTED: {
    message: ({ source, modulus }) => `${source} is made for the prime field of ${modulus}.`,
    fix: "Compile for BN254, circom's default (--prime bn128).",
  },
  PROTOCOL_NOT_SUPPORTED: {
    message: ({ source, protocol, expected }) =>
      `${source} is a proving key for ${protocol}, not ${expected}.`,
    fix: "Take a key for the circuit's protocol: from hardhat rollup:setup, or the setup of snarkjs.",
  },
  PROTOCOL_UNKNOWN: {
    message: ({ protocol, known }) =>
      `There is no proof system ${protocol}; there are ${known.join(", ")}.`,
    fix: "Name one of them in circuits.protocol, an override, --protocol, or the options of the call.",
  },
  PROVER_NOT_OF_PROTOCOL: {
    message: ({ prover, protocol }) => `The prover ${prover} does not prove by ${protocol}.`,
    fix: 'Leave the prover out or set it to "snarkjs", which proves PLONK and fflonk.',
  },
  PTAU_NOT_CONFIGURED: {
    message: ({ circuit, protocol }) =>
      `The key of the circuit ${circuit} for ${protocol} follows from powers of tau, ` +
      "but the setup names none.",
    fix: "Set setup.ptau to a prepared file of a public ceremony; dev keys make their own.",
  },
  CUSTOM_GATES: {
    message: ({ source, gates }) =>
      `${source} has custom gates, which Groth16 cannot prove: ${gates.join(", ")}.`,
    fix: "Replace them by ordinary templates, and leave the pragma custom_templates out.",
  },
  PROOF_MALFORMED: {
    message: ({ problem }) =>
      `The proof, or the list of its public values, is malformed: ${problem}.`,
    fix: "Pass the proof and all of its public values as the prover has returned them.",
  },
  VERIFICATION_KEY_MALFORMED: {
    message: ({ problem }) => `The verification key is malformed: ${problem}.`,
    fix: "Take the key of the circuit, or export it again from the proving key.",
  },
  WITNESS_LENGTH: {
    message: ({ expected, actual }) =>
      `The circuit has ${expected} wires, but the witness has ${actual} values.`,
    fix: "Use the witness with the compilation of the circuit that computed it.",
  },
  WITNESS_CONSTANT: {
    message: ({ value }) => `Wire 0 of the witness is ${value}, but it must be the constant 1.`,
    fix: "Leave wire 0 of a witness as it is: the verifier fixes it to 1.",
  },
  CIRCUIT_TOO_LARGE: {
    message: ({ constraints, maximum }) =>
      `The circuit has ${constraints} constraints; a setup takes at most ${maximum}.`,
    fix: "Split the circuit, or use fewer slots per block.",
  },
  VERIFIER_KEYS: {
    message: ({ problem }) => `No verifier contract can be generated: ${problem}.`,
    fix: "Pass one or more Groth16 keys over BN254 with distinct ids and names.",
  },
  VERIFIER_KEYS_MIXED: {
    message: ({ first, second, point }) =>
      `The keys of ${first} and ${second} differ in ${point}: their powers of tau are not the same.`,
    fix: "Start the keys of all circuits from one powers-of-tau file, and build again.",
  },
  PTAU_NOT_USABLE: {
    message: ({ file, problem }) => `The powers of tau in ${file} cannot be used: ${problem}.`,
    fix: "Take a larger file of a public ceremony, prepared for phase 2, and check its hash.",
  },
  PTAU_UNKNOWN: {
    message: ({ name, known }) =>
      `There are no public powers of tau named ${name}; there are ${known[0]} to ${known.at(-1)}.`,
    fix: "List them with hardhat rollup:ptau, or give the path of a file.",
  },
  PTAU_HASH_DIFFERS: {
    message: ({ name, file, expected, actual }) =>
      `${file} is not ${name}: its BLAKE2b hash is ${actual}, but ${expected} is published.`,
    fix: "Delete the file and get it again, from another source if need be: never use this one.",
  },
  PTAU_NOT_DOWNLOADED: {
    message: ({ name, url, folder, file, reason }) =>
      `${name} cannot be downloaded from ${url}: ${reason}. A file ${file} in ${folder} is used instead.`,
    fix: "Put that file there by hand, from any source: its hash is checked. Or pass --source URL.",
  },
  CONTRIBUTION_NOT_POSSIBLE: {
    message: ({ zkey, problem }) => `Nothing can be contributed to ${zkey}: ${problem}.`,
    fix: "Use a short name, and a beacon in hex as the last step; a finished key takes no contribution.",
  },
  CEREMONY_KEY_MISSING: {
    message: ({ circuit, zkey }) => `The ceremony has no key for the circuit ${circuit}: ${zkey}.`,
    fix: "Run hardhat rollup:setup --ptau FILE, or copy the key of exactly this circuit there.",
  },
  CEREMONY_KEY_INVALID: {
    message: ({ circuit, zkey, problem }) =>
      `${zkey} is no key of a ceremony for the circuit ${circuit}: ${problem}.`,
    fix: "Do not use it: get it again from a contributor that you trust, and verify it again.",
  },
  CEREMONY_KEY_DAMAGED: {
    message: ({ circuit, zkey, problem }) =>
      `The key of the ceremony for the circuit ${circuit} is damaged: ${zkey}: ${problem}.`,
    fix: "Copy it again from a contributor or a backup, and verify it: hardhat rollup:setup --verify.",
  },
  FOLDER_NOT_WRITABLE: {
    message: ({ folder, problem }) => `The folder ${folder} is not writable: ${problem}.`,
    fix: "Free space or give this user permission to write, or set another path in the config.",
  },
  EXTERNAL_COMMAND_INVALID: {
    message: ({ command, missing }) =>
      `The command of the external prover, ${JSON.stringify(command)}, lacks ${missing.join(", ")}.`,
    fix: "Write it as in: rapidsnark {zkey} {wtns} {proof} {public}",
  },
  EXTERNAL_PROVER_FAILED: {
    message: ({ command, reason, output }) =>
      `The external prover ${JSON.stringify(command)} has failed: ` +
      `${reason}${output === "" ? "." : `: ${output}`}`,
    fix: 'Run the command by hand on a .zkey and a .wtns file, or use the "kernel" prover.',
  },
  PROVING_KEY_TOO_LARGE: {
    message: ({ domainSize }) =>
      `A proving key with ${domainSize} constraints does not fit the kernel's 4 GiB of memory.`,
    fix: 'Set prover: "snarkjs" for this circuit, in the config or in the call, or make it smaller.',
  },
  PROVER_UNKNOWN: {
    message: ({ prover, known }) => `There is no prover ${prover}; there are ${known.join(", ")}.`,
    fix: "Name one of them in the config, in the option --prover, or in the call of prove.",
  },
  PROVER_CLOSED: {
    message: ({ prover }) => `The ${prover} prover was closed before the proof was made.`,
    fix: "Close a circuit or a prover after its last proof; load the circuit again to continue.",
  },
  ZKEY_NOT_USABLE: {
    message: ({ circuit, zkey, problem }) =>
      `The key ${zkey} cannot prove the circuit ${circuit}: ${problem}.`,
    fix: "Pass the path of a key for the present compilation of this circuit.",
  },
  WITNESS_LENGTH_MISMATCH: {
    message: ({ expected, actual }) =>
      `The witness has ${actual} values, but the proving key is for ${expected}.`,
    fix: "Compute the witness with the compilation of the circuit that the key belongs to.",
  },
});
