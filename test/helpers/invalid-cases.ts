/**
 * Invalid blocks: for every rule tag at least one that breaks this rule and no other.
 *
 * `refuse` runs the case in TypeScript, where it must throw the code. `createInput` creates the
 * attacker's input of the same case (see dishonest-input.ts): the circuit must refuse it by the
 * constraint of that rule, because everything else in it is consistent.
 *
 * @example
 * for (const { tag, code, name, build } of INVALID_CASES) {
 *   it(`${tag}: ${name}`, async () => {
 *     const { preset, kind, refuse, createInput } = build(createRandom(), PRESETS.minimal);
 *     expectCode(code, refuse);
 *     await expectNoWitness(await loadBlockCircuit(preset, kind), createInput());
 *   });
 * }
 */
import { concatBytes } from "@noble/hashes/utils.js";
import { decodePubdata, encodePubdata } from "../../src/block/pubdata.ts";
import type { SlotSignals } from "../../src/block/witness-input.ts";
import { SUBGROUP_ORDER } from "../../src/crypto/baby-jubjub.ts";
import { hashPublicKey, publicKey, sign } from "../../src/crypto/eddsa.ts";
import { FIELD_MODULUS, reduce } from "../../src/crypto/field.ts";
import { batchMessages } from "../../src/operations/batch.ts";
import { recordWord, toColumns } from "../../src/operations/codec.ts";
import type { Operation } from "../../src/operations/operation.ts";
import { toOperation } from "../../src/operations/to-operation.ts";
import { signingMessage } from "../../src/operations/transaction.ts";
import {
  AMOUNT_MAX,
  NONCE_MAX,
  PACKED_AMOUNT,
  PACKED_FEE,
  RECORD_COUNT_BYTES,
  TIMESTAMP_MAX,
} from "../../src/protocol/constants.ts";
import { OPERATIONS } from "../../src/operations/table.ts";
import { RECORD_BYTES, type RecordColumn } from "../../src/protocol/columns.ts";
import { type BlockKind, MAIN_TOKENS } from "../../src/protocol/kinds.ts";
import {
  accountCapacity,
  type Preset,
  PRESETS,
  tokenCapacity,
} from "../../src/protocol/presets.ts";
import { newAccount } from "../../src/state/account.ts";
import { integerToBytes } from "../../src/util/bytes.ts";
import { contentOf } from "./dishonest-input.ts";
import { accountsOf, LOW, MAIN, TALL } from "./kinds.ts";
import type { Random } from "./random.ts";
import {
  BALANCE,
  type Breach,
  buildCase,
  type BuiltCase,
  createScene,
  deposit,
  FEE,
  forcedExit,
  forge,
  fullExit,
  operationBy,
  refund,
  type Scene,
  signed,
  stranger,
  transferTo,
  withdraw,
  withLeaf,
} from "./scene.ts";

/** The rules that TypeScript and the circuit check under the same tag. */
export const RULE_TAGS = [
  "ACCOUNT_NOT_FOUND",
  "ACCOUNT_EXISTS",
  "OWNER_MISMATCH",
  "RECIPIENT_MISMATCH",
  "RECIPIENT_ZERO",
  "NONCE_MISMATCH",
  "NONCE_EXHAUSTED",
  "NOT_YET_VALID",
  "EXPIRED",
  "INSUFFICIENT_BALANCE",
  "BALANCE_OVERFLOW",
  "AMOUNT_NOT_PACKABLE",
  "FEE_NOT_PACKABLE",
  "SIGNING_KEY_NOT_SET",
  "SIGNING_KEY_MISMATCH",
  "SIGNATURE_INVALID",
  "TARGET_HAS_SIGNING_KEY",
  "EXIT_AMOUNT_MISMATCH",
  "UNUSED_COLUMN_NOT_ZERO",
  "ACCOUNT_ID_OUT_OF_RANGE",
  "TOKEN_ID_OUT_OF_RANGE",
  "TOO_MANY_FEE_TOKENS",
  "FEE_ACCOUNT_NOT_FOUND",
  "BATCH_INCOMPLETE",
] as const;
export type RuleTag = (typeof RULE_TAGS)[number];

export interface InvalidCase {
  readonly tag: RuleTag;
  /** What TypeScript throws: the tag, unless the ids are beyond those of the block's kind. */
  readonly code: RuleTag | "BLOCK_KIND_TOO_SMALL";
  readonly name: string;
  /** @param preset - Not "full", whose columns have no room for ids beyond the trees. */
  readonly build: (random: Random, preset: Preset) => BuiltCase;
}

interface Case {
  readonly tag: RuleTag;
  readonly name: string;
  readonly breach: (scene: Scene) => Breach;
}

/** A case of a narrow kind of block: the rollup has the ids, and the block's circuit has not. */
interface KindCase extends Case {
  readonly preset: Preset;
  readonly kind: BlockKind;
}

/** A balance above the amounts without packed form, which have 36 bits and 12 bits. */
const RICH = 1n << 40n;
const UNPACKABLE = (1n << 35n) + 1n;
const UNPACKABLE_FEE = 2049n;

const IDENTITY_CASES: readonly Case[] = [
  {
    tag: "ACCOUNT_NOT_FOUND",
    name: "a signer without an account",
    breach: (scene) => {
      const draft = { type: "changePubKey", accountId: scene.emptyId, nonce: 0, fee: 0n } as const;
      return { operations: [operationBy(scene, draft)] };
    },
  },
  {
    tag: "ACCOUNT_NOT_FOUND",
    name: "a transfer to an empty leaf",
    breach: (scene) => {
      const operation = operationBy(scene, transferTo(stranger(scene)));
      const changes = { type: "transfer", toAccountId: scene.emptyId };
      return { operations: [forge(operation, changes)] };
    },
  },
  {
    tag: "ACCOUNT_NOT_FOUND",
    name: "a forced exit of an empty leaf",
    breach: (scene) => ({
      operations: [forcedExit(scene, { accountId: scene.emptyId, address: 0n }, 0n)],
    }),
  },
  {
    tag: "ACCOUNT_EXISTS",
    name: "a transfer that creates an account that exists",
    breach: (scene) => {
      const operation = operationBy(scene, transferTo(scene.bob));
      return { operations: [forge(operation, { type: "transferToNew" })] };
    },
  },
  {
    tag: "OWNER_MISMATCH",
    name: "a deposit to another owner's account",
    breach: (scene) => {
      const { accountId } = scene.bob;
      return { operations: [deposit(scene, { accountId, address: scene.alice.address })] };
    },
  },
  {
    tag: "OWNER_MISMATCH",
    name: "a change of key that asks another owner",
    breach: (scene) => {
      const operation = operationBy(scene, { type: "changePubKey" });
      return { operations: [forge(operation, { owner: scene.bob.address })] };
    },
  },
  {
    tag: "RECIPIENT_MISMATCH",
    name: "a transfer redirected to another account",
    breach: (scene) => {
      const operation = operationBy(scene, transferTo(scene.bob));
      return { operations: [forge(operation, { toAccountId: scene.carol.accountId })] };
    },
  },
  {
    tag: "RECIPIENT_MISMATCH",
    name: "a forced exit paid to a stranger",
    breach: (scene) => {
      const target = { ...scene.carol, ...stranger(scene) };
      return { operations: [forcedExit(scene, target, BALANCE)] };
    },
  },
  {
    tag: "RECIPIENT_ZERO",
    name: "a withdrawal to the zero address",
    breach: (scene) => ({
      operations: [operationBy(scene, { ...withdraw(scene), recipient: 0n })],
    }),
  },
  {
    tag: "RECIPIENT_ZERO",
    name: "a transfer that creates an account of the zero address",
    breach: (scene) => ({ operations: [operationBy(scene, transferTo({ address: 0n }))] }),
  },
  {
    tag: "RECIPIENT_ZERO",
    name: "a transfer to an account of the zero address",
    breach: (scene) => {
      const changed = withLeaf(scene, scene.emptyId, { account: newAccount(0n) });
      const operation = operationBy(changed, transferTo({ address: 0n }));
      return { scene: changed, operations: [operation] };
    },
  },
];

const AUTHORIZATION_CASES: readonly Case[] = [
  {
    tag: "NONCE_MISMATCH",
    name: "a nonce ahead",
    breach: (scene) => {
      const nonce = scene.state.account(scene.alice.accountId).nonce + 1;
      return { operations: [operationBy(scene, { ...transferTo(scene.bob), nonce })] };
    },
  },
  {
    tag: "NONCE_MISMATCH",
    name: "a change of key with a nonce ahead",
    breach: (scene) => {
      const nonce = scene.state.account(scene.alice.accountId).nonce + 1;
      return { operations: [operationBy(scene, { type: "changePubKey", nonce })] };
    },
  },
  {
    tag: "NONCE_MISMATCH",
    name: "the same transaction twice",
    breach: (scene) => {
      const operation = operationBy(scene, transferTo(scene.bob));
      return { operations: [operation, operation] };
    },
  },
  {
    tag: "NONCE_EXHAUSTED",
    name: "the last nonce",
    breach: (scene) => {
      const account = { nonce: NONCE_MAX };
      const exhausted = withLeaf(scene, scene.alice.accountId, { account });
      return { scene: exhausted, operations: [operationBy(exhausted, transferTo(scene.bob))] };
    },
  },
  {
    tag: "NOT_YET_VALID",
    name: "a second too early",
    breach: (scene) => {
      const validFrom = scene.timestamp + 1n;
      return { operations: [operationBy(scene, { ...transferTo(scene.bob), validFrom })] };
    },
  },
  {
    tag: "EXPIRED",
    name: "a second too late",
    breach: (scene) => {
      const validUntil = scene.timestamp - 1n;
      return { operations: [operationBy(scene, { ...transferTo(scene.bob), validUntil })] };
    },
  },
  {
    tag: "SIGNING_KEY_NOT_SET",
    name: "a signature for an account without a key",
    breach: (scene) => ({
      operations: [operationBy(scene, transferTo(scene.bob), scene.carol)],
    }),
  },
  {
    tag: "SIGNING_KEY_MISMATCH",
    name: "a signature by another account's key",
    breach: (scene) => {
      const impostor = { ...scene.alice, keys: scene.bob.keys };
      return { operations: [operationBy(scene, transferTo(scene.bob), impostor)] };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "a signature with another S",
    breach: (scene) => {
      const { signature, ...rest } = signed(scene, withdraw(scene));
      const s = (signature.s + 1n) % SUBGROUP_ORDER;
      return { operations: [forge({ ...rest, signature: { ...signature, s } }, {})] };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "an amount that was not signed",
    breach: (scene) => ({
      operations: [forge(operationBy(scene, transferTo(scene.bob)), { amount: 101n })],
    }),
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "a withdrawal redirected to another address",
    breach: (scene) => {
      const operation = operationBy(scene, withdraw(scene));
      return { operations: [forge(operation, { recipient: scene.bob.address })] };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "a signature for another rollup",
    breach: (scene) => {
      const elsewhere = { ...scene, domain: scene.random.field() };
      return { operations: [operationBy(elsewhere, transferTo(scene.bob))] };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "a change to a key that did not sign",
    breach: (scene) => {
      const key = publicKey(scene.bob.keys[0]);
      const operation = operationBy(scene, { type: "changePubKey" });
      const changes = { publicKey: key, pubKeyHash: hashPublicKey(key) };
      return { operations: [forge(operation, changes)] };
    },
  },
];

const AMOUNT_CASES: readonly Case[] = [
  ...[
    {
      name: "a transfer of 1 more than the balance",
      draft: (scene: Scene) => transferTo(scene.bob, 991n),
    },
    {
      name: "a transfer to oneself of 1 more than the balance",
      draft: ({ alice }: Scene) => transferTo(alice, 991n),
    },
    {
      name: "a transfer to a new account of 1 more than the balance",
      draft: (scene: Scene) => transferTo(stranger(scene), 991n),
    },
    {
      name: "a withdrawal of 1 more than the balance",
      draft: (scene: Scene) => withdraw(scene, 991n),
    },
    {
      name: "a change of key with a fee above the balance",
      draft: () => ({ type: "changePubKey", fee: 1001n }) as const,
    },
    {
      name: "a forced exit with a fee above the balance",
      draft: ({ carol }: Scene) =>
        ({ type: "forcedExit", recipient: carol.address, fee: 1001n }) as const,
    },
  ].map(({ name, draft }): Case => ({
    tag: "INSUFFICIENT_BALANCE",
    name,
    breach: (scene) => ({ operations: [operationBy(scene, draft(scene))] }),
  })),
  {
    tag: "BALANCE_OVERFLOW",
    name: "a transfer to a full balance",
    breach: (scene) => {
      const full = withLeaf(scene, scene.bob.accountId, { balance: AMOUNT_MAX - 99n });
      return { scene: full, operations: [operationBy(scene, transferTo(scene.bob))] };
    },
  },
  {
    tag: "BALANCE_OVERFLOW",
    name: "a deposit to a full balance",
    breach: (scene) => {
      const full = withLeaf(scene, scene.bob.accountId, { balance: AMOUNT_MAX - 99n });
      return { scene: full, operations: [deposit(scene, scene.bob)] };
    },
  },
  {
    tag: "BALANCE_OVERFLOW",
    name: "fees for a full balance",
    breach: (scene) => {
      const { tokenId, preset } = scene;
      const full = withLeaf(scene, 0, { balance: AMOUNT_MAX - FEE + 1n });
      const operations = [operationBy(scene, transferTo(scene.bob))];
      // The other fee token, which is unused, must not be the same balance again.
      const forcedFeeTokens = [tokenId, (tokenId + 1) % tokenCapacity(preset)];
      return { scene: full, operations, forcedFeeTokens };
    },
  },
  {
    tag: "AMOUNT_NOT_PACKABLE",
    name: "a transfer of an amount without packed form",
    breach: (scene) => {
      const rich = withLeaf(scene, scene.alice.accountId, { balance: RICH });
      return { scene: rich, operations: [operationBy(scene, transferTo(scene.bob, UNPACKABLE))] };
    },
  },
  {
    tag: "AMOUNT_NOT_PACKABLE",
    name: "a transfer to a new account of an amount without packed form",
    breach: (scene) => {
      const rich = withLeaf(scene, scene.alice.accountId, { balance: RICH });
      return {
        scene: rich,
        operations: [operationBy(scene, transferTo(stranger(scene), UNPACKABLE))],
      };
    },
  },
  {
    tag: "FEE_NOT_PACKABLE",
    name: "a fee without packed form, rounded for the circuit",
    breach: (scene) => {
      const rich = withLeaf(scene, scene.alice.accountId, { balance: RICH });
      const draft = { ...transferTo(scene.bob), fee: UNPACKABLE_FEE };
      return { scene: rich, operations: [operationBy(scene, draft)] };
    },
  },
];

const EXIT_CASES: readonly Case[] = [
  {
    tag: "EXIT_AMOUNT_MISMATCH",
    name: "a full exit of less than the balance",
    breach: (scene) => ({ operations: [fullExit(scene, scene.carol, BALANCE - 1n)] }),
  },
  {
    tag: "EXIT_AMOUNT_MISMATCH",
    name: "a full exit to a stranger",
    breach: (scene) => {
      const thief = { ...scene.carol, ...stranger(scene) };
      return { operations: [fullExit(scene, thief, BALANCE)] };
    },
  },
  {
    tag: "EXIT_AMOUNT_MISMATCH",
    name: "a forced exit of less than the balance",
    breach: (scene) => ({ operations: [forcedExit(scene, scene.carol, BALANCE - 1n)] }),
  },
  {
    tag: "TARGET_HAS_SIGNING_KEY",
    name: "a forced exit of an account with a signing key",
    breach: (scene) => ({ operations: [forcedExit(scene, scene.bob, BALANCE)] }),
  },
];

const RANGE_CASES: readonly Case[] = [
  {
    tag: "ACCOUNT_ID_OUT_OF_RANGE",
    name: "a deposit to an id beyond the tree, which wraps around to an empty leaf",
    breach: (scene) => {
      const accountId = accountCapacity(scene.preset) + scene.emptyId;
      return { operations: [deposit(scene, { accountId, ...stranger(scene) })] };
    },
  },
  {
    tag: "ACCOUNT_ID_OUT_OF_RANGE",
    name: "a full exit of an id beyond the tree, which wraps around to an account",
    breach: (scene) => {
      const accountId = accountCapacity(scene.preset) + scene.bob.accountId;
      return { operations: [fullExit(scene, { ...scene.bob, accountId }, BALANCE)] };
    },
  },
  {
    tag: "ACCOUNT_ID_OUT_OF_RANGE",
    name: "a fee account beyond the tree, which wraps around to the fee account",
    breach: (scene) => ({ operations: [], feeAccountId: accountCapacity(scene.preset) }),
  },
  {
    tag: "TOKEN_ID_OUT_OF_RANGE",
    name: "a deposit of a token beyond the tree, which wraps around to another token",
    breach: (scene) => {
      const tokenId = tokenCapacity(scene.preset) + scene.tokenId;
      return { operations: [forge(deposit(scene, scene.bob), { tokenId })] };
    },
  },
  {
    tag: "TOKEN_ID_OUT_OF_RANGE",
    name: "a refund of a token beyond the tree",
    breach: (scene) => {
      const tokenId = tokenCapacity(scene.preset) + scene.tokenId;
      return { operations: [forge(refund(scene, scene.bob), { tokenId })] };
    },
  },
];

const KIND_CASES: readonly KindCase[] = [
  {
    tag: "TOKEN_ID_OUT_OF_RANGE",
    name: "a deposit of a token in a tail, in a block of main tokens",
    preset: PRESETS.minimal,
    kind: MAIN,
    breach: (scene) => ({
      operations: [forge(deposit(scene, scene.bob), { tokenId: MAIN_TOKENS + scene.tokenId })],
    }),
  },
  {
    tag: "ACCOUNT_ID_OUT_OF_RANGE",
    name: "a deposit to an account above the block's levels",
    preset: TALL,
    kind: LOW,
    breach: (scene) => {
      const accountId = accountsOf(LOW) + scene.emptyId;
      return { operations: [deposit(scene, { accountId, ...stranger(scene) })] };
    },
  },
  {
    tag: "ACCOUNT_ID_OUT_OF_RANGE",
    name: "a signer above the block's levels",
    preset: TALL,
    kind: LOW,
    breach: (scene) => {
      const { state, alice, tokenId } = scene;
      const accountId = accountsOf(LOW) + alice.accountId;
      // The same account in both places, so that only the place breaks a rule.
      const twin = { account: state.account(alice.accountId), balance: BALANCE };
      const twins = { ...scene, state: state.update(accountId, tokenId, twin) };
      return { scene: twins, operations: [operationBy(twins, { ...withdraw(scene), accountId })] };
    },
  },
  {
    tag: "ACCOUNT_ID_OUT_OF_RANGE",
    name: "a fee account above the block's levels",
    preset: TALL,
    kind: MAIN,
    breach: (scene) => {
      const feeAccountId = accountsOf(MAIN);
      const account = newAccount(stranger(scene).address);
      return { scene: withLeaf(scene, feeAccountId, { account }), operations: [], feeAccountId };
    },
  },
];

const FEE_CASES: readonly Case[] = [
  {
    tag: "TOO_MANY_FEE_TOKENS",
    name: "a fee in a token that the block does not collect",
    breach: (scene) => {
      const { random, preset } = scene;
      const narrow = createScene(random, { ...preset, feeTokens: 1 });
      const { alice, bob, tokenId } = narrow;
      const otherToken = (tokenId + 1) % tokenCapacity(preset);
      const state = narrow.state.update(alice.accountId, otherToken, { balance: BALANCE });
      const nonce = state.account(alice.accountId).nonce + 1;
      const drafts = [transferTo(bob), { ...transferTo(bob), tokenId: otherToken, nonce }];
      return {
        scene: { ...narrow, state },
        operations: drafts.map((draft) => operationBy(narrow, draft)),
        forcedFeeTokens: new Array<number>(preset.feeTokens).fill(tokenId),
      };
    },
  },
  {
    tag: "FEE_ACCOUNT_NOT_FOUND",
    name: "fees for an empty leaf",
    breach: (scene) => ({
      operations: [operationBy(scene, transferTo(scene.bob))],
      feeAccountId: scene.emptyId,
    }),
  },
];

const BATCH_CASES: readonly Case[] = [
  {
    tag: "BATCH_INCOMPLETE",
    name: "a batch that continues after the last slot",
    breach: (scene) => {
      const padding = new Array<Operation>(scene.kind.slots - 1).fill({ type: "noop" });
      const operation = operationBy(scene, transferTo(scene.bob));
      return { operations: [...padding, forge(operation, { linksNext: true })] };
    },
  },
  {
    tag: "BATCH_INCOMPLETE",
    name: "a batch that continues with a deposit",
    breach: (scene) => {
      const transaction = signed(scene, transferTo(scene.bob));
      const request = deposit(scene, scene.bob);
      // The signed content that the circuit would compute for the deposit.
      const op = OPERATIONS.deposit.code;
      const columns = { op, accountId: 0, tokenId: scene.tokenId, nonce: 0 };
      const validity = { fee: 0n, validFrom: 0n, validUntil: TIMESTAMP_MAX };
      const content = signingMessage(transaction, scene.domain);
      const batch = contentOf({ ...columns, ...validity }, reduce(scene.domain + content));
      const signature = sign(scene.alice.keys[0], reduce(content + batch));
      const operation = toOperation(scene.state, { ...transaction, signature });
      return {
        operations: [forge(operation, { linksNext: true }), request],
        forcedSignals: [{ batch }, { batch }],
      };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "the first half of a batch alone",
    breach: (scene) => {
      const { commitment, operations } = batchOfTwo(scene);
      return { operations: operations.slice(0, 1), forcedSignals: [{ batch: commitment }] };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "the second half of a batch alone",
    breach: (scene) => {
      const { messages, operations, transactions } = batchOfTwo(scene);
      const batch = reduce(messages[1]! - signingMessage(transactions[1]!, scene.domain));
      return { operations: operations.slice(1), forcedSignals: [{ batch }] };
    },
  },
  {
    tag: "SIGNATURE_INVALID",
    name: "a batch with a transaction that is signed alone",
    breach: (scene) => {
      const { operations } = batchOfTwo(scene);
      const alone = operationBy(scene, transferTo(scene.bob, BATCH_AMOUNTS[0]));
      return {
        operations: [forge(alone, { linksNext: true }), operations[1]!],
        forcedSignals: [{ batch: 0n }],
      };
    },
  },
];

const BATCH_AMOUNTS = [30n, 20n] as const;

/** Creates two transfers between Alice and Bob, signed as a batch but not linked. */
function batchOfTwo(scene: Scene) {
  const { alice, bob, domain, state } = scene;
  const transactions = [
    signed(scene, transferTo(bob, BATCH_AMOUNTS[0])),
    signed(scene, transferTo(alice, BATCH_AMOUNTS[1]), bob),
  ];
  const { commitment, messages } = batchMessages(transactions, domain);
  const operations = transactions.map((transaction, index) => {
    const signature = sign([alice, bob][index]!.keys[0], messages[index]!);
    return toOperation(state, { ...transaction, signature });
  });
  return { transactions, operations, commitment, messages };
}

interface UnusedColumn {
  readonly what: string;
  readonly column: RecordColumn;
  /** The circuit's name of the column. */
  readonly signal: keyof SlotSignals;
  readonly value: bigint;
  readonly operationOf: (scene: Scene) => Operation;
}

/** Unused columns with a value; a packed 1 has the mantissa 1 and the exponent 0. */
const UNUSED_COLUMNS: readonly UnusedColumn[] = [
  {
    what: "a deposit that names an account A",
    column: "accountA",
    signal: "accountA",
    value: 1n,
    operationOf: (scene) => deposit(scene, scene.bob),
  },
  {
    what: "a withdrawal that names an account B",
    column: "accountB",
    signal: "accountB",
    value: 1n,
    operationOf: (scene) => operationBy(scene, withdraw(scene)),
  },
  {
    what: "a withdrawal with a packed amount",
    column: "amount",
    signal: "packedAmount",
    value: 1n << BigInt(PACKED_AMOUNT.exponentBits),
    operationOf: (scene) => operationBy(scene, withdraw(scene)),
  },
  {
    what: "a full exit that pays a fee",
    column: "fee",
    signal: "packedFee",
    value: 1n << BigInt(PACKED_FEE.exponentBits),
    operationOf: (scene) => fullExit(scene, { ...scene.bob, ...stranger(scene) }, 0n),
  },
  {
    what: "a noop that names a token",
    column: "token",
    signal: "token",
    value: 1n,
    operationOf: () => ({ type: "noop" }),
  },
  {
    what: "a refund that names an account A",
    column: "accountA",
    signal: "accountA",
    value: 1n,
    operationOf: (scene) => refund(scene, scene.bob),
  },
  {
    what: "a refund that names an account B",
    column: "accountB",
    signal: "accountB",
    value: 1n,
    operationOf: (scene) => refund(scene, scene.bob),
  },
  {
    what: "a refund with a packed amount",
    column: "amount",
    signal: "packedAmount",
    value: 1n << BigInt(PACKED_AMOUNT.exponentBits),
    operationOf: (scene) => refund(scene, scene.bob),
  },
  {
    what: "a refund with a packed fee of 0, with an exponent of 1",
    column: "fee",
    signal: "packedFee",
    value: 1n,
    operationOf: (scene) => refund(scene, scene.bob),
  },
];

const COLUMN_CASES = UNUSED_COLUMNS.map(({ what, column, signal, value, operationOf }): Case => ({
  tag: "UNUSED_COLUMN_NOT_ZERO",
  name: what,
  breach: (scene) => {
    const operation = operationOf(scene);
    return {
      operations: [operation],
      forcedSignals: [{ [signal]: value }],
      refuse: () => decodePubdata(withColumn(operation, column, value)),
    };
  },
}));

/** Encodes the public data of one operation with a replaced value in one column. */
function withColumn(operation: Operation, column: RecordColumn, value: bigint): Uint8Array {
  const { record, ...columns } = toColumns(operation);
  const word = recordWord({ ...columns, record: { ...record, [column]: value } });
  const extension = encodePubdata([operation]).subarray(RECORD_COUNT_BYTES + RECORD_BYTES);
  return concatBytes(
    integerToBytes(1, RECORD_COUNT_BYTES),
    integerToBytes(word, RECORD_BYTES),
    extension,
  );
}

const WIDTH_CASES: readonly Omit<Case, "tag">[] = [
  {
    name: "a deposit of a negative amount",
    breach: (scene) => ({ operations: [deposit(scene, scene.bob, FIELD_MODULUS - 5n)] }),
  },
  {
    name: "a withdrawal of a negative amount",
    breach: (scene) => ({ operations: [operationBy(scene, withdraw(scene, FIELD_MODULUS - 5n))] }),
  },
  {
    name: "a refund above the maximum amount",
    breach: (scene) => ({ operations: [refund(scene, stranger(scene), AMOUNT_MAX + 1n)] }),
  },
];

/** Cases of the kind that holds every account and token. */
const WHOLE_CASES: readonly Case[] = [
  ...IDENTITY_CASES,
  ...AUTHORIZATION_CASES,
  ...AMOUNT_CASES,
  ...EXIT_CASES,
  ...RANGE_CASES,
  ...FEE_CASES,
  ...BATCH_CASES,
  ...COLUMN_CASES,
];

export const INVALID_CASES: readonly InvalidCase[] = [
  ...WHOLE_CASES.map(({ tag, name, breach }): InvalidCase => ({
    tag,
    code: tag,
    name,
    build: (random, preset) => {
      const scene = createScene(random, preset);
      return buildCase(scene, breach(scene));
    },
  })),
  ...KIND_CASES.map(({ tag, name, breach, preset, kind }): InvalidCase => ({
    tag,
    code: "BLOCK_KIND_TOO_SMALL",
    name,
    build: (random) => {
      const scene = createScene(random, preset, kind);
      return buildCase(scene, breach(scene));
    },
  })),
];

/**
 * Amounts of more than 128 bits in an extension: the circuit has no rule against them, because no
 * public data of L1 has them. TypeScript refuses them with AMOUNT_OUT_OF_RANGE.
 */
export const UNPUBLISHABLE_CASES = WIDTH_CASES.map(({ name, breach }) => ({
  name,
  build: (random: Random, preset: Preset): BuiltCase => {
    const scene = createScene(random, preset);
    return buildCase(scene, breach(scene));
  },
}));
