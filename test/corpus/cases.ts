/** Public circuits with inputs that they accept, inputs that they refuse, and what they compute. */
import { createHash, generateKeyPairSync, privateEncrypt, constants } from "node:crypto";
import {
  BASE8,
  multiplyBase,
  multiplyPoint,
  SUBGROUP_ORDER,
} from "../../src/crypto/baby-jubjub.ts";
import { createSigningKey, publicKey, sign } from "../../src/crypto/eddsa.ts";
import { poseidon } from "../../src/crypto/poseidon.ts";
import type { InputValues } from "../../src/circom/witness-inputs.ts";

/** A template of a public package as a main component. */
export interface CorpusCase {
  /** Name of the circuit: the package's short name and the template's. */
  readonly name: string;
  readonly package: CorpusPackage;
  /** The template's file, below `node_modules`. */
  readonly file: string;
  /** The template with its parameters. */
  readonly instance: string;
  /** Names of public inputs. */
  readonly public?: readonly string[];
  readonly inputs: InputValues;
  /** What an independent program says of the outputs, by name; arrays are flat. */
  readonly outputs?: Readonly<Record<string, bigint | readonly bigint[]>>;
  /** Inputs with these changes have no witness. Missing where a template accepts all inputs. */
  readonly refused?: InputValues;
  /** In the sample of CI. */
  readonly inSample?: true;
}

/** Versions of the packages, installed for these tests only. */
export const PACKAGES = {
  circomlib: "2.0.5",
  "@zk-kit/binary-merkle-root.circom": "2.0.0",
  "@zk-kit/circuits": "0.4.0",
  "@semaphore-protocol/circuits": "4.14.2",
  "@zk-email/circuits": "6.3.4",
  "@zk-email/zk-regex-circom": "2.3.2",
  "maci-circuits": "2.5.0",
  "@unirep/circuits": "2.0.0",
  "@solarity/circom-lib": "0.1.3",
  "circomlib-ml": "1.4.4",
} as const;

export type CorpusPackage = keyof typeof PACKAGES;

/** Folders that packages expect in the search path, because they include without a package name. */
export const INCLUDE_FOLDERS = [
  "circomlib/circuits",
  "@zk-kit/binary-merkle-root.circom/src",
  "@zk-kit/circuits/circom",
];

/** Bits of bytes, the first bit of each byte being its highest. */
function toBits(bytes: Uint8Array): bigint[] {
  return [...bytes].flatMap((byte) =>
    Array.from({ length: 8 }, (_, i) => BigInt((byte >> (7 - i)) & 1)),
  );
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

/** Splits a number into `count` limbs of `bits` bits, the lowest first. */
function toLimbs(value: bigint, bits: number, count: number): bigint[] {
  return Array.from(
    { length: count },
    (_, i) => (value >> BigInt(bits * i)) & ((1n << BigInt(bits)) - 1n),
  );
}

/** Text as character codes, filled up with zeros. */
function toCodes(text: string | Uint8Array, length: number): number[] {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return [...bytes, ...new Array<number>(length - bytes.length).fill(0)];
}

/** A message as SHA-256 pads it: 0x80, zeros, and the number of its bits in 8 bytes. */
function padForSha256(message: Uint8Array): Uint8Array {
  const length = Math.ceil((message.length + 9) / 64) * 64;
  const padded = new Uint8Array(length);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(length - 8, BigInt(8 * message.length));
  return padded;
}

/** The root above a leaf, with the sibling on the left where the index has a 1. */
function merkleRoot(leaf: bigint, index: number, siblings: readonly bigint[]): bigint {
  return siblings.reduce(
    (node, sibling, level) =>
      (index >> level) & 1 ? poseidon([sibling, node]) : poseidon([node, sibling]),
    leaf,
  );
}

const SIBLINGS = Array.from({ length: 20 }, (_, i) => BigInt(1000 + i));
const [DEPTH, INDEX] = [12, 1234];
const ZEROS = new Array<number>(20 - DEPTH).fill(0);
const PATH = SIBLINGS.slice(0, DEPTH);
const PADDED_PATH = [...PATH, ...ZEROS];

/** A member of a group, and the group's root. */
function semaphoreMember() {
  const secret = 123456789n;
  const { x, y } = multiplyBase(secret);
  return { secret, commitment: poseidon([x, y]) };
}

function eddsaCase() {
  const key = createSigningKey(new Uint8Array(32).fill(7));
  const message = 42n;
  const { r8: R8, s: S } = sign(key, message);
  const { x: Ax, y: Ay } = publicKey(key);
  return { enabled: 1, Ax, Ay, S, R8x: R8.x, R8y: R8.y, M: message };
}

function maciSignature() {
  const key = createSigningKey(new Uint8Array(32).fill(9));
  const preimage = [1n, 2n, 3n, 4n];
  const { r8: R8, s: S } = sign(key, poseidon(preimage));
  const { x, y } = publicKey(key);
  return { pubKey: [x, y], R8: [R8.x, R8.y], S, preimage };
}

/** A signature of RSA-2048 with PKCS #1 v1.5 padding, as mail servers make. */
function rsaSignature(signed: Uint8Array) {
  const { publicKey: key, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const digest = sha256(signed);
  // The DER header of a SHA-256 digest (RFC 8017, section 9.2).
  const header = Buffer.from("3031300d060960864801650304020105000420", "hex");
  const signature = privateEncrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([header, digest]),
  );
  const toLimbs17 = (bytes: Uint8Array) =>
    toLimbs(BigInt(`0x${Buffer.from(bytes).toString("hex")}`), 121, 17);
  const modulus = Buffer.from(key.export({ format: "jwk" }).n!, "base64url");
  return {
    message: toLimbs17(digest),
    signature: toLimbs17(signature),
    modulus: toLimbs17(modulus),
  };
}

/** A mail signed by DKIM (RFC 6376): its header names the hash of its body. */
function signedMail() {
  const body = new TextEncoder().encode("the body\r\n");
  const hash = Buffer.from(sha256(body)).toString("base64");
  const text = `from:alice@example.com\r\ndkim-signature:v=1; a=rsa-sha256; bh=${hash}; b=`;
  const header = new TextEncoder().encode(text);
  const { signature, modulus } = rsaSignature(header);
  const [paddedHeader, paddedBody] = [padForSha256(header), padForSha256(body)];
  return {
    emailHeader: toCodes(paddedHeader, 576),
    emailHeaderLength: paddedHeader.length,
    pubkey: modulus,
    signature,
    bodyHashIndex: text.indexOf(hash),
    precomputedSHA: SHA256_START,
    emailBody: toCodes(paddedBody, 192),
    emailBodyLength: paddedBody.length,
  };
}

/** The initial value of SHA-256 (FIPS 180-4, section 5.3.3) as bytes. */
const SHA256_START = [
  ...Buffer.from("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19", "hex"),
];

const { secret, commitment } = semaphoreMember();
const eddsa = eddsaCase();
const maci = maciSignature();
const rsa = rsaSignature(new TextEncoder().encode("a mail"));
const email = signedMail();
const mail = new TextEncoder().encode("from:alice@example.com\r\nsubject:hello\r\n");
const quote = new TextEncoder().encode("to be or not to be".padEnd(64, "."));
const scalar = 0x1234_5678_9abc_def0_1234n;
const product = multiplyPoint(BASE8, scalar);

const lib = { package: "circomlib" } as const;
const zkKit = { package: "@zk-kit/circuits" } as const;
const unirep = { package: "@unirep/circuits" } as const;
const ml = { package: "circomlib-ml" } as const;

export const CASES: readonly CorpusCase[] = [
  {
    ...lib,
    name: "circomlib-poseidon",
    file: "circomlib/circuits/poseidon.circom",
    instance: "Poseidon(16)",
    inputs: { inputs: Array.from({ length: 16 }, (_, i) => i) },
    outputs: { out: poseidon(Array.from({ length: 16 }, (_, i) => BigInt(i))) },
    inSample: true,
  },
  {
    ...lib,
    name: "circomlib-eddsa-poseidon",
    file: "circomlib/circuits/eddsaposeidon.circom",
    instance: "EdDSAPoseidonVerifier()",
    public: ["Ax", "Ay", "M"],
    inputs: eddsa,
    refused: { M: eddsa.M + 1n },
    inSample: true,
  },
  {
    ...lib,
    name: "circomlib-sha256",
    file: "circomlib/circuits/sha256/sha256.circom",
    instance: "Sha256(512)",
    inputs: { in: toBits(quote) },
    outputs: { out: toBits(sha256(quote)) },
  },
  {
    ...lib,
    name: "circomlib-mimc7",
    file: "circomlib/circuits/mimc.circom",
    instance: "MultiMiMC7(3, 91)",
    public: ["k"],
    inputs: { in: [1, 2, 3], k: 5 },
  },
  {
    ...lib,
    name: "circomlib-mimcsponge",
    file: "circomlib/circuits/mimcsponge.circom",
    instance: "MiMCSponge(2, 220, 3)",
    inputs: { ins: [1, 2], k: 0 },
  },
  {
    ...lib,
    name: "circomlib-pedersen",
    file: "circomlib/circuits/pedersen.circom",
    instance: "Pedersen(256)",
    inputs: { in: toBits(sha256(quote)) },
  },
  {
    ...lib,
    name: "circomlib-smt",
    file: "circomlib/circuits/smt/smtverifier.circom",
    instance: "SMTVerifier(20)",
    public: ["root", "key"],
    // The empty tree has no key.
    inputs: {
      enabled: 1,
      root: 0,
      siblings: new Array<number>(20).fill(0),
      oldKey: 0,
      oldValue: 0,
      isOld0: 1,
      key: 42,
      value: 0,
      fnc: 1,
    },
    refused: { root: 1 },
  },
  {
    ...lib,
    name: "circomlib-multiply-any",
    file: "circomlib/circuits/escalarmulany.circom",
    instance: "EscalarMulAny(254)",
    inputs: {
      e: Array.from({ length: 254 }, (_, i) => (scalar >> BigInt(i)) & 1n),
      p: [BASE8.x, BASE8.y],
    },
    outputs: { out: [product.x, product.y] },
  },
  {
    ...lib,
    name: "circomlib-less-than",
    file: "circomlib/circuits/comparators.circom",
    instance: "LessEqThan(64)",
    public: ["in"],
    inputs: { in: [7, 2n ** 64n - 1n] },
    outputs: { out: 1n },
  },
  {
    ...lib,
    name: "circomlib-binsum",
    file: "circomlib/circuits/binsum.circom",
    instance: "BinSum(8, 3)",
    inputs: { in: [5, 6, 7].map((value) => toLimbs(BigInt(value), 1, 8)) },
    outputs: { out: toLimbs(18n, 1, 10) },
  },
  {
    ...lib,
    name: "circomlib-bits-strict",
    file: "circomlib/circuits/bitify.circom",
    instance: "Num2Bits_strict()",
    inputs: { in: SUBGROUP_ORDER },
    outputs: { out: toLimbs(SUBGROUP_ORDER, 1, 254) },
  },
  {
    name: "zk-kit-binary-merkle-root",
    package: "@zk-kit/binary-merkle-root.circom",
    file: "@zk-kit/binary-merkle-root.circom/src/binary-merkle-root.circom",
    instance: "BinaryMerkleRoot(20)",
    inputs: { leaf: 5, depth: DEPTH, index: INDEX, siblings: PADDED_PATH },
    outputs: { out: merkleRoot(5n, INDEX, PATH) },
    refused: { index: 2n ** 20n },
    inSample: true,
  },
  {
    ...zkKit,
    name: "zk-kit-ecdh",
    file: "@zk-kit/circuits/circom/ecdh.circom",
    instance: "Ecdh()",
    public: ["publicKey"],
    inputs: { privateKey: scalar, publicKey: [BASE8.x, BASE8.y] },
    outputs: { sharedKey: [product.x, product.y] },
  },
  {
    ...zkKit,
    name: "zk-kit-eddsa-proof",
    file: "@zk-kit/circuits/circom/eddsa-proof.circom",
    instance: "EddsaProof()",
    public: ["scope"],
    inputs: { secret, scope: 3 },
    refused: { secret: 2n ** 253n },
  },
  {
    ...zkKit,
    name: "zk-kit-poseidon-proof",
    file: "@zk-kit/circuits/circom/poseidon-proof.circom",
    instance: "PoseidonProof(4)",
    public: ["scope"],
    inputs: { preimages: [1, 2, 3, 4], scope: 3 },
  },
  {
    ...zkKit,
    name: "zk-kit-safe-less-than",
    file: "@zk-kit/circuits/circom/safe-comparators.circom",
    instance: "SafeLessThan(64)",
    public: ["in"],
    inputs: { in: [7, 8] },
    outputs: { out: 1n },
    refused: { in: [7, 2n ** 64n] },
  },
  {
    name: "semaphore",
    package: "@semaphore-protocol/circuits",
    file: "@semaphore-protocol/circuits/src/semaphore.circom",
    instance: "Semaphore(20)",
    public: ["message", "scope"],
    inputs: {
      secret,
      merkleProofLength: DEPTH,
      merkleProofIndex: INDEX,
      merkleProofSiblings: PADDED_PATH,
      message: 11,
      scope: 12,
    },
    outputs: {
      merkleRoot: merkleRoot(commitment, INDEX, PATH),
      nullifier: poseidon([12n, secret]),
    },
    refused: { secret: SUBGROUP_ORDER },
    inSample: true,
  },
  {
    name: "zk-email-rsa",
    package: "@zk-email/circuits",
    file: "@zk-email/circuits/lib/rsa.circom",
    instance: "RSAVerifier65537(121, 17)",
    public: ["modulus"],
    inputs: rsa,
    refused: { message: [rsa.message[0]! ^ 1n, ...rsa.message.slice(1)] },
  },
  {
    name: "zk-email-verifier",
    package: "@zk-email/circuits",
    file: "@zk-email/circuits/email-verifier.circom",
    instance: "EmailVerifier(576, 192, 121, 17, 0, 0, 0, 0)",
    inputs: email,
    refused: { emailBody: [email.emailBody[0]! ^ 1, ...email.emailBody.slice(1)] },
  },
  {
    name: "zk-email-sha256",
    package: "@zk-email/circuits",
    file: "@zk-email/circuits/lib/sha.circom",
    instance: "Sha256Bytes(256)",
    inputs: {
      paddedIn: toCodes(padForSha256(mail), 256),
      paddedInLength: padForSha256(mail).length,
    },
    outputs: { out: toBits(sha256(mail)) },
  },
  {
    name: "zk-email-base64",
    package: "@zk-email/circuits",
    file: "@zk-email/circuits/lib/base64.circom",
    instance: "Base64Decode(32)",
    inputs: { in: toCodes(Buffer.from(sha256(mail)).toString("base64"), 44) },
    outputs: { out: [...sha256(mail)].map(BigInt) },
    refused: { in: toCodes("!".repeat(44), 44) },
  },
  {
    name: "zk-regex-email-address",
    package: "@zk-email/zk-regex-circom",
    file: "@zk-email/zk-regex-circom/circuits/common/email_addr_regex.circom",
    instance: "EmailAddrRegex(64)",
    inputs: { msg: toCodes("alice@example.com", 64) },
    outputs: { out: 1n },
  },
  {
    name: "zk-regex-subject",
    package: "@zk-email/zk-regex-circom",
    file: "@zk-email/zk-regex-circom/circuits/common/subject_all_regex.circom",
    instance: "SubjectAllRegex(128)",
    inputs: { msg: toCodes(mail, 128) },
    outputs: { out: 1n },
  },
  {
    name: "maci-private-to-public",
    package: "maci-circuits",
    file: "maci-circuits/circom/utils/privToPubKey.circom",
    instance: "PrivToPubKey()",
    inputs: { privKey: secret },
    outputs: { pubKey: [multiplyBase(secret).x, multiplyBase(secret).y] },
    refused: { privKey: SUBGROUP_ORDER },
  },
  {
    name: "maci-verify-signature",
    package: "maci-circuits",
    file: "maci-circuits/circom/utils/verifySignature.circom",
    instance: "VerifySignature()",
    public: ["pubKey", "preimage"],
    inputs: maci,
    outputs: { valid: 1n },
  },
  {
    name: "maci-quinary-tree",
    package: "maci-circuits",
    file: "maci-circuits/circom/trees/incrementalQuinaryTree.circom",
    instance: "QuinTreeInclusionProof(4)",
    inputs: {
      leaf: 9,
      path_index: [0, 4, 2, 3],
      path_elements: [0, 1, 2, 3].map((level) => [0, 1, 2, 3].map((i) => 10 * level + i)),
    },
    refused: { path_index: [8, 4, 2, 3] },
  },
  {
    ...unirep,
    name: "unirep-epoch-key-lite",
    file: "@unirep/circuits/circuits/epochKeyLite.circom",
    instance: "EpochKeyLite(3)",
    public: ["sig_data"],
    inputs: {
      identity_secret: secret,
      reveal_nonce: 1,
      attester_id: 99,
      epoch: 7,
      nonce: 2,
      sig_data: 5,
      chain_id: 31337,
    },
    refused: { nonce: 3 },
  },
  {
    ...unirep,
    name: "unirep-epoch-key",
    file: "@unirep/circuits/circuits/epochKey.circom",
    instance: "EpochKey(17, 3, 6)",
    public: ["sig_data"],
    inputs: {
      state_tree_indices: new Array<number>(17).fill(1),
      state_tree_elements: SIBLINGS.slice(0, 17),
      identity_secret: secret,
      reveal_nonce: 0,
      attester_id: 99,
      epoch: 7,
      nonce: 0,
      data: [1, 2, 3, 4, 5, 6],
      sig_data: 5,
      chain_id: 31337,
    },
    refused: { state_tree_indices: new Array<number>(17).fill(2) },
  },
  {
    name: "solarity-sparse-merkle-tree",
    package: "@solarity/circom-lib",
    file: "@solarity/circom-lib/data-structures/SparseMerkleTree.circom",
    instance: "SparseMerkleTreeVerifier(20)",
    public: ["root"],
    inputs: {
      root: poseidon([42n, 7n, 1n]),
      siblings: new Array<number>(20).fill(0),
      key: 42,
      value: 7,
      auxKey: 0,
      auxValue: 0,
      auxIsEmpty: 0,
      isExclusion: 0,
    },
    refused: { value: 8 },
  },
  {
    ...ml,
    name: "circomlib-ml-argmax",
    file: "circomlib-ml/circuits/ArgMax.circom",
    instance: "ArgMax(8)",
    inputs: { in: [3, 1, 4, 1, 5, 9, 2, 6] },
    outputs: { out: 5n },
  },
  {
    ...ml,
    name: "circomlib-ml-dense",
    file: "circomlib-ml/circuits/Dense.circom",
    instance: "Dense(3, 2)",
    inputs: {
      in: [1, 2, 3],
      weights: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      bias: [7, 8],
    },
    outputs: { out: [29n, 36n] },
  },
];
