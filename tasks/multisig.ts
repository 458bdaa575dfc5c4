/** `hardhat rollup:multisig`: a walk-through of an account with several signers. */
import { createInterface } from "node:readline";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import type { MultisigGroup } from "../src/multisig/group.ts";
import type { MultisigWallet } from "../src/multisig/wallet.ts";
import type { SignedTransaction, Transaction } from "../src/operations/transaction.ts";
import type { Channel, LineReader } from "../src/plugin/multisig/channel.ts";
import { multisigTaskError } from "../src/plugin/multisig/errors.ts";
import { type CommonArguments, defineAction, printJson } from "./common.ts";
import { connectToL1 } from "./restore-arguments.ts";

interface MultisigArguments extends CommonArguments {
  readonly step: string;
  readonly scheme: string;
  readonly member: number;
  readonly members: number;
  readonly threshold: number;
  readonly label?: string | undefined;
  readonly folder?: string | undefined;
  readonly secret?: string | undefined;
  readonly group: string;
  readonly timeout: number;
  readonly account?: string | undefined;
  readonly rollup?: string | undefined;
  readonly node?: string | undefined;
  readonly type: string;
  readonly to?: string | undefined;
  readonly token: string;
  readonly amount?: string | undefined;
  readonly signers?: string | undefined;
  readonly auth: string;
  readonly yes: boolean;
}

const STEPS = ["keygen", "propose", "sign", "submit"] as const;
const SCHEMES = ["frost", "musig2"] as const;
const TYPES = ["transfer", "withdraw", "changePubKey"] as const;
const AUTHS = ["eip712", "onchain"] as const;

/** The environment of one step. */
interface Step {
  readonly args: MultisigArguments;
  readonly hre: HardhatRuntimeEnvironment;
  readonly channel: Channel;
  readonly lines: LineReader;
  /** Prints a line for the person. */
  readonly say: (line: string) => void;
}

/** @throws MULTISIG_CONTENT_MISSING */
function required<T extends readonly (keyof MultisigArguments)[]>(
  args: MultisigArguments,
  ...names: T
): { readonly [N in T[number]]: NonNullable<MultisigArguments[N]> } {
  const missing = names.filter((name) => args[name] === undefined).map((name) => `--${name}`);
  if (missing.length > 0) {
    throw multisigTaskError({ code: "MULTISIG_CONTENT_MISSING", options: missing });
  }
  return args as never;
}

function createLineReader(): LineReader & { close(): void } {
  const reader = createInterface({ input: process.stdin, terminal: false });
  const lines = reader[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await lines.next();
      return done === true ? undefined : value;
    },
    close: () => reader.close(),
  };
}

async function keygen({ args, channel, say }: Step): Promise<void> {
  const { oneOf, readInput } = await import("../src/sdk/inputs.ts");
  const { createMember } = await import("../src/plugin/multisig/steps.ts");
  const { writeSecret } = await import("../src/plugin/multisig/secret-file.ts");
  const { assertNoGroup, writeGroup } = await import("../src/plugin/multisig/group-file.ts");
  const { bigintToJson } = await import("../src/util/json.ts");
  const { secret } = required(args, "secret");
  const scheme = readInput(oneOf(SCHEMES), args.scheme, "--scheme");
  const { label = "" } = args;
  if (scheme === "frost") required(args, "label");
  await assertNoGroup(args.group);
  const member = await writeSecret(secret, () => createMember({ ...args, scheme, label }, channel));
  const { group, id } = member;
  await writeGroup(args.group, group);
  const { fingerprint, threshold } = group;
  const pubKeyHash = bigintToJson(group.pubKeyHash);
  if (args.json) printJson({ member: id, threshold, fingerprint, pubKeyHash });
  say(`Member       ${id} of ${group.members.length}, ${threshold} sign`);
  say(`Fingerprint  ${fingerprint}`);
  say(`Key hash     ${pubKeyHash}`);
  say(`Secret       ${secret}: keep it, and a copy of it, where nobody else can read it`);
  say("Compare the fingerprint with all members before money is sent to the account.");
}

async function readGroup({ args }: Step): Promise<MultisigGroup> {
  const { groupFromJson } = await import("../src/multisig/group-json.ts");
  const { readJson } = await import("../src/plugin/multisig/channel.ts");
  return groupFromJson(await readJson(args.group));
}

/** Runs a step with the group's account on the network's rollup. */
async function withWallet(
  { args, hre }: Step,
  group: MultisigGroup,
  action: (wallet: MultisigWallet, connection: NetworkConnection) => Promise<void>,
): Promise<void> {
  const { account: address } = required(args, "account");
  const { connect } = await import("../src/sdk/connect.ts");
  const wallets = await import("../src/multisig/wallet.ts");
  const connection = await connectToL1(hre);
  try {
    const { provider, ethers } = connection;
    const trusted = args.rollup === undefined ? {} : { rollupAddress: args.rollup };
    const options = { group, address, ...trusted };
    const operator = await connect(args.node ?? provider);
    await action(
      await wallets.MultisigWallet.create(ethers.provider, operator, options),
      connection,
    );
  } finally {
    await connection.close();
  }
}

async function toTransaction(args: MultisigArguments, wallet: MultisigWallet) {
  const { oneOf, readInput } = await import("../src/sdk/inputs.ts");
  const type = readInput(oneOf(TYPES), args.type, "--type");
  const { token } = args;
  if (type === "changePubKey") {
    const auth = readInput(oneOf(AUTHS), args.auth, "--auth");
    return wallet.prepareKeyChange({ feeToken: token, auth });
  }
  const { parseAmount } = await import("../src/sdk/amounts.ts");
  const { to, amount } = required(args, "to", "amount");
  // Decimals of L1: those of a node that lies would make it another amount.
  const listed = await wallet.getToken(token);
  const params = { to, token, amount: parseAmount(amount, listed) };
  return type === "transfer" ? wallet.prepareTransfer(params) : wallet.prepareWithdraw(params);
}

async function propose(step: Step): Promise<void> {
  const { args, channel, say } = step;
  const { signers } = required(args, "signers");
  const group = await readGroup(step);
  await withWallet(step, group, async (wallet) => {
    const transaction = await toTransaction(args, wallet);
    const proposal = wallet.propose(transaction, signers.split(",").map(Number));
    const { lines } = await wallet.review(proposal);
    for (const line of lines) say(line);
    await channel.send("proposal", proposal);
    if (args.json) printJson(proposal);
    if (transaction.type === "changePubKey" && args.auth === "onchain") {
      const { to, data } = wallet.keyChangeCall(transaction);
      say(`The owner consents by this call on L1, before the submission: to ${to}, data ${data}`);
    }
  });
}

async function sign(step: Step): Promise<void> {
  const { args, channel, lines, say } = step;
  const { askToSign } = await import("../src/plugin/multisig/question.ts");
  const { signProposal } = await import("../src/plugin/multisig/steps.ts");
  const { readSecret } = await import("../src/plugin/multisig/secret-file.ts");
  const member = await readSecret(required(args, "secret").secret);
  const confirm = async (review: readonly string[]) => {
    for (const line of review) say(line);
    return args.yes || askToSign(lines, say);
  };
  await withWallet(step, member.group, async (wallet) => {
    const session = await signProposal({ wallet, member, confirm }, channel);
    if (args.json) printJson({ session, member: member.id });
    say(`Signed as member ${member.id} in session ${session}`);
  });
}

async function submit(step: Step): Promise<void> {
  const { args, channel, say } = step;
  const { combineSession } = await import("../src/plugin/multisig/steps.ts");
  const { multisigError } = await import("../src/multisig/errors.ts");
  const group = await readGroup(step);
  await withWallet(step, group, async (wallet, connection) => {
    const { transaction } = await combineSession(group, channel);
    if (transaction === undefined) throw multisigError({ code: "MULTISIG_BLIND" });
    const handle = await send(args, wallet, connection, transaction);
    const { hash, receipt } = handle;
    if (args.json) printJson({ hash, status: receipt.status });
    say(`${receipt.type} ${hash}: ${receipt.status}`);
  });
}

async function send(
  args: MultisigArguments,
  wallet: MultisigWallet,
  { ethers }: NetworkConnection,
  transaction: Transaction & SignedTransaction,
) {
  const { oneOf, readInput } = await import("../src/sdk/inputs.ts");
  if (transaction.type !== "changePubKey") return wallet.submit(transaction);
  const auth = readInput(oneOf(AUTHS), args.auth, "--auth");
  if (auth === "onchain") return wallet.submit(transaction);
  const owner = await ethers.getSigner(wallet.address);
  return wallet.submit(transaction, await wallet.signKeyChange(owner, transaction));
}

const ACTIONS = { keygen, propose, sign, submit };

const action = defineAction<MultisigArguments>(async (args, hre) => {
  const { integer, oneOf, readInput } = await import("../src/sdk/inputs.ts");
  const channels = await import("../src/plugin/multisig/channel.ts");
  const step = readInput(oneOf(STEPS), args.step, "step");
  const seconds = readInput(integer(1), args.timeout, "--timeout");
  const stream = args.json ? process.stderr : process.stdout;
  const say = (line: string) => void stream.write(`${line}\n`);
  const lines = createLineReader();
  const channel =
    args.folder === undefined
      ? channels.createPasteChannel(lines, say)
      : channels.createFolderChannel(args.folder, 1000 * seconds);
  try {
    await ACTIONS[step]({ args, hre, channel, lines, say });
  } finally {
    lines.close();
  }
});

export default action;
