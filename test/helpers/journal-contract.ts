/** What every journal of L1 transactions must do; each implementation's test calls it. */
import { expect } from "chai";
import type { JournaledTransaction, L1Journal } from "../../src/l1/journal.ts";

const ACCOUNT = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
const OTHER = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";

/** Creates an entry of a journal; its hash and raw follow from nonce and version. */
export function journaled(
  nonce: number,
  version = 0,
  fields: Partial<JournaledTransaction> = {},
): JournaledTransaction {
  const digits = (nonce * 16 + version).toString(16).padStart(64, "0");
  return {
    account: ACCOUNT,
    nonce,
    hash: `0x${digits}`,
    raw: `0x02${digits}`,
    purpose: `commit ${nonce}`,
    sentAt: 1_000 + version,
    ...fields,
  };
}

/** @param create - Makes an empty journal. */
export function itIsAJournal(create: () => L1Journal | Promise<L1Journal>): void {
  let journal: L1Journal;
  beforeEach(async () => {
    journal = await create();
  });

  it("is empty at first", async () => {
    expect(await journal.pending(ACCOUNT)).to.deep.equal([]);
    await journal.settle(ACCOUNT, 7);
  });

  it("returns what was written, by nonce, and versions oldest first", async () => {
    const written = [journaled(4), journaled(2), journaled(4, 1), journaled(3), journaled(2, 2)];
    for (const each of written) await journal.write(each);
    expect(await journal.pending(ACCOUNT)).to.deep.equal([
      journaled(2),
      journaled(2, 2),
      journaled(3),
      journaled(4),
      journaled(4, 1),
    ]);
  });

  it("keeps accounts apart", async () => {
    await journal.write(journaled(1));
    await journal.write(journaled(1, 0, { account: OTHER }));
    await journal.settle(OTHER, 1);
    expect(await journal.pending(ACCOUNT)).to.deep.equal([journaled(1)]);
    expect(await journal.pending(OTHER)).to.deep.equal([]);
  });

  it("forgets all that is settled, and no more", async () => {
    for (const each of [journaled(1), journaled(2), journaled(2, 1), journaled(3)]) {
      await journal.write(each);
    }
    await journal.settle(ACCOUNT, 2);
    expect(await journal.pending(ACCOUNT)).to.deep.equal([journaled(3)]);
    await journal.settle(ACCOUNT, 0);
    expect(await journal.pending(ACCOUNT)).to.deep.equal([journaled(3)]);
  });

  it("keeps the same version once", async () => {
    await journal.write(journaled(1));
    await journal.write(journaled(1, 0, { sentAt: 9_999 }));
    expect(await journal.pending(ACCOUNT)).to.deep.equal([journaled(1)]);
  });

  it("keeps transactions without a hash apart by their content", async () => {
    const unsigned = [journaled(1, 0, { hash: "" }), journaled(1, 1, { hash: "" })];
    for (const each of unsigned) await journal.write(each);
    await journal.write(journaled(1, 1));
    expect(await journal.pending(ACCOUNT)).to.deep.equal([...unsigned, journaled(1, 1)]);
  });

  it("keeps a transaction of the maximum size unchanged", async () => {
    const raw = `0x${"ab".repeat(131_072)}`;
    await journal.write(journaled(1, 0, { raw }));
    expect((await journal.pending(ACCOUNT))[0]!.raw).to.equal(raw);
  });
}
