/** The texts that owners sign, and who has signed them. */
import { readFileSync } from "node:fs";
import { expect } from "chai";
import { Wallet } from "ethers";
import { z } from "zod";
import { hashPublicKey } from "../../src/crypto/eddsa.ts";
import {
  leavingAmount,
  recoverTextSigner,
  settingText,
  type TextTransaction,
  transactionText,
} from "../../src/l1/second-factor.ts";
import { OPERATIONS, TRANSACTION_TYPES } from "../../src/operations/table.ts";
import { TIMESTAMP_MAX } from "../../src/protocol/constants.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";

const quantity = z.string().transform((text) => BigInt(text));
const signed = { title: z.string(), text: z.string(), signature: z.string() };
const VECTORS = z
  .object({
    key: z.string(),
    address: z.string(),
    rollup: z.object({ chainId: quantity, rollupAddress: z.string() }),
    tokens: z.array(
      z.object({ id: z.number(), address: z.string(), symbol: z.string(), decimals: z.number() }),
    ),
    transactions: z.array(
      z.object({
        ...signed,
        batch: z.array(
          z.object({
            type: z.enum(TRANSACTION_TYPES),
            accountId: z.number(),
            nonce: z.number(),
            tokenId: z.number(),
            fee: quantity,
            validFrom: quantity,
            validUntil: quantity,
            recipient: quantity.optional(),
            amount: quantity.optional(),
          }),
        ),
      }),
    ),
    settings: z.array(
      z.object({
        ...signed,
        setting: z.object({
          accountId: z.number(),
          tokenId: z.number(),
          limit: quantity.nullable(),
          nonce: z.number(),
          validUntil: quantity,
        }),
      }),
    ),
  })
  .parse(
    JSON.parse(readFileSync(new URL("../vectors/second-factor.json", import.meta.url), "utf8")),
  );

const tokenOf = (tokenId: number) => VECTORS.tokens.find(({ id }) => id === tokenId)!;

describe("l1: texts of second factors", () => {
  const { rollup, address, key } = VECTORS;

  for (const { title, batch, text, signature } of VECTORS.transactions) {
    it(`writes ${title} as the vector has it`, () => {
      expect(transactionText(batch as TextTransaction[], tokenOf, rollup)).to.equal(text);
      expect(recoverTextSigner(text, signature)).to.equal(address);
      expect(new Wallet(key).signMessageSync(text)).to.equal(signature);
    });
  }

  for (const { title, setting, text, signature } of VECTORS.settings) {
    it(`writes the setting "${title}" as the vector has it`, () => {
      const { limit, ...rest } = setting;
      const written = settingText({ ...rest, limit: limit ?? undefined }, tokenOf, rollup);
      expect(written).to.equal(text);
      expect(recoverTextSigner(text, signature)).to.equal(address);
    });
  }

  it("names the new key, and has every type of transaction", () => {
    const { publicKey } = RollupSigner.fromSeed(new Uint8Array(32).fill(7));
    for (const type of TRANSACTION_TYPES) {
      const own = { recipient: 5n, amount: 7n };
      const { columns } = OPERATIONS[type].message;
      const fields = Object.fromEntries(columns.map((name) => [name, own[name]]));
      const transaction = {
        ...{ type, accountId: 1, tokenId: 0, fee: 2n, nonce: 0, publicKey },
        ...{ validFrom: 0n, validUntil: TIMESTAMP_MAX, ...fields },
      } as TextTransaction;
      const text = transactionText([transaction], tokenOf, rollup);
      expect(text).to.match(/^[\n\x20-\x7e]+$/);
      if ("recipient" in fields) expect(text).to.include(`0x${"0".repeat(39)}5`);
      expect(leavingAmount(transaction)).to.equal("amount" in fields ? 9n : 2n);
      if (type !== "changePubKey") continue;
      const hash = hashPublicKey(publicKey).toString(16).padStart(64, "0");
      expect(text.split("\n")[0]).to.equal(`Set signing key: 0x${hash}`);
    }
  });

  it("takes signatures with v as 0 or 1, and no others than those of 65 bytes", () => {
    const { text, signature } = VECTORS.transactions[0]!;
    const v = Number.parseInt(signature.slice(-2), 16) - 27;
    expect(recoverTextSigner(text, `${signature.slice(0, -2)}0${v}`)).to.equal(address);
    for (const wrong of ["0x", "", signature.slice(0, -2), `${signature}00`, `${signature}zz`]) {
      expect(recoverTextSigner(text, wrong)).to.equal(undefined);
    }
    expect(recoverTextSigner(`${text} `, signature)).not.to.equal(address);
  });
});
