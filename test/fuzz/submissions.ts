/** Signed transactions that somebody changes on their way, and their meaning. */
import { z } from "zod";
import { signingDomain, type Transaction } from "../../src/operations/transaction.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { signedTransaction } from "../../src/api/schemas.ts";
import { toJson } from "../../src/util/json.ts";
import type { RollupWallet } from "../../src/sdk/wallet.ts";
import type { Random } from "../helpers/random.ts";
import { mutate } from "./mutations.ts";

export interface Submission {
  readonly method: "rollup_submitTransaction" | "rollup_submitBatch";
  readonly params: unknown;
  /** Whether nobody has signed the changed transactions. */
  readonly isForged: boolean;
}

/** A user whose transactions somebody changes on their way to the operator. */
export class Sender {
  readonly #wallet: RollupWallet;
  readonly #recipient: string;
  #domain: bigint | undefined;
  /** Contents signed before: submitted again, they get their receipt with any signature. */
  readonly #signedBefore = new Set<string>();

  constructor(wallet: RollupWallet, recipient: string) {
    this.#wallet = wallet;
    this.#recipient = recipient;
  }

  /** Signs a transaction or a batch for the next nonce, and changes it. */
  async create(random: Random): Promise<Submission> {
    const { provider, signer } = this.#wallet;
    const config = await provider.getConfig();
    this.#domain ??= signingDomain(config.chainId, BigInt(config.rollupAddress));
    const { id, nonce } = (await provider.getAccount(this.#wallet.address))!;
    if (random.int(5) > 0) {
      const signed = toJson(signer.sign(this.#draft(random, id, nonce), this.#domain));
      const changed = mutate(random, signed);
      const isForged = this.#isForged([changed], [signed]);
      return { method: "rollup_submitTransaction", params: [changed], isForged };
    }
    const drafts = [0, 1, 2].map((index) => this.#draft(random, id, nonce + index));
    const signed = toJson(signer.signBatch(drafts, id, this.#domain)) as unknown[];
    const changed = random.pick<() => unknown>([
      () => mutate(random, signed),
      () => signed.slice(1),
      () => signed.slice(0, 1),
      () => signed.toReversed(),
      () => [...signed, signed[0]],
    ])();
    const isForged = this.#isForged(changed, signed);
    return { method: "rollup_submitBatch", params: [changed], isForged };
  }

  #isForged(changed: unknown, signed: unknown): boolean {
    const isForged =
      meaningOf(changed) !== meaningOf(signed) && !this.#signedBefore.has(contentOf(changed));
    this.#signedBefore.add(contentOf(signed));
    return isForged;
  }

  #draft(random: Random, accountId: number, nonce: number): Transaction {
    const common = {
      accountId,
      nonce,
      tokenId: 0,
      fee: 0n,
      validFrom: 0n,
      validUntil: TIMESTAMP_MAX,
      recipient: BigInt(this.#recipient),
    };
    const type = random.pick(["transfer", "withdraw", "forcedExit"] as const);
    // Nobody has this account; a forced exit of an existing one would take its money.
    if (type === "forcedExit") return { ...common, type, recipient: 1n };
    return { ...common, type, amount: 1_000n };
  }
}

/** Meaning of transactions: equal for all encodings. @returns "" if they are not valid. */
function meaningOf(batch: unknown, leftOut: readonly string[] = []): string {
  const parsed = z.array(signedTransaction).safeParse(batch);
  if (!parsed.success) return "";
  const members = toJson(parsed.data) as object[];
  return JSON.stringify(
    members.map((member) =>
      Object.entries(member)
        .filter(([name]) => !leftOut.includes(name))
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  );
}

/** Meaning of transactions without their signatures. */
function contentOf(batch: unknown): string {
  return meaningOf(batch, ["signature"]);
}
