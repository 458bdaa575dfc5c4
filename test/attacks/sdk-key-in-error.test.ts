/** A private key in the wrong place: the error must not bring it into logs. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import type { L1SignerLike } from "../../src/sdk/l1-signers.ts";
import { isRollupError } from "../../src/util/errors.ts";
import { NODE_CONFIG } from "../helpers/sdk-world.ts";

const KEY = `0x${"5ec7e7".repeat(10)}1234`;

describe("attacks: a private key in place of a signer", () => {
  it("is refused by an error that does not contain it", async () => {
    const rollup = await connect(() => Promise.resolve(NODE_CONFIG));
    const seed = new Uint8Array(32).fill(7);
    const calls = {
      fromPrivateKey: () => rollup.fromPrivateKey(`${KEY}00`),
      wallet: () => rollup.wallet(KEY as unknown as L1SignerLike),
      owner: () => rollup.owner(KEY as unknown as L1SignerLike),
      fromSeed: () => rollup.fromSeed(seed, KEY),
    };
    const leaks: string[] = [];
    for (const [name, call] of Object.entries(calls)) {
      const error: unknown = await call().catch((thrown: unknown) => thrown);
      if (!isRollupError(error)) throw error;
      if (`${error.message} ${JSON.stringify(error.facts)}`.includes(KEY)) leaks.push(name);
    }
    rollup.close();
    expect(leaks).to.deep.equal([]);
  });
});
