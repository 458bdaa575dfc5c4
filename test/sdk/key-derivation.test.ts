import { createHash } from "node:crypto";
import { expect } from "chai";
import { buildEddsa } from "circomlibjs";
import { Signature, toBeHex, Wallet } from "ethers";
import { deriveSigningKey, keyDerivationMessage } from "../../src/sdk/key-derivation.ts";
import { RollupSigner } from "../../src/sdk/signer.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import { createRandom } from "../helpers/random.ts";

const random = createRandom();
/** The first account of Hardhat's well-known test mnemonic. */
const HARDHAT_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const ROLLUP = {
  chainId: 31337n,
  rollupAddress: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
};

describe(`sdk: key derivation (${random.title})`, () => {
  const wallet = new Wallet(HARDHAT_KEY);

  it("requests a signature of a text with chain and contract", () => {
    const text =
      "Access hardhat-zkrollup account.\n\nOnly sign this message for a trusted client!\n" +
      "Chain ID: 31337\nRollup: 0x5FbDB2315678afecb367f032d93F642f64180aa3";
    expect(keyDerivationMessage(ROLLUP)).to.equal(text);
    const lower = { ...ROLLUP, rollupAddress: ROLLUP.rollupAddress.toLowerCase() };
    expect(keyDerivationMessage(lower)).to.equal(text);
  });

  it("derives circomlibjs's key for the SHA-256 of the signature's r and s", async () => {
    const signature = Signature.from(await wallet.signMessage(keyDerivationMessage(ROLLUP)));
    const scalars = Buffer.from((signature.r + signature.s.slice(2)).slice(2), "hex");
    const seed = createHash("sha256").update(scalars).digest();
    const eddsa = await buildEddsa();
    const [x, y] = eddsa.prv2pub(seed).map((element) => eddsa.babyJub.F.toObject(element));
    const { publicKey } = await RollupSigner.fromL1Signer(wallet, ROLLUP);
    expect(publicKey).to.deep.equal({ x, y });
    // Frozen: a change locks out every user.
    expect(publicKey.x).to.equal(
      20214030893676798119491777478823902609789262569147023794133473137963219211785n,
    );
  });

  it("derives a different key for every wallet, chain and contract, the same one each time", async () => {
    const other = new Wallet(toBeHex(random.bigint(250) + 1n, 32));
    const rollups = [
      ROLLUP,
      { ...ROLLUP, chainId: 1n },
      { ...ROLLUP, rollupAddress: toBeHex(random.bigint(160), 20) },
    ];
    const hashes = new Set<bigint>();
    for (const signer of [wallet, other]) {
      for (const rollup of rollups) {
        const { pubKeyHash } = await RollupSigner.fromL1Signer(signer, rollup);
        expect((await RollupSigner.fromL1Signer(signer, rollup)).pubKeyHash).to.equal(pubKeyHash);
        hashes.add(pubKeyHash);
      }
    }
    expect(hashes.size).to.equal(6);
  });

  it("does not depend on how a wallet writes v", async () => {
    const asHardwareWallet = {
      getAddress: () => wallet.getAddress(),
      signMessage: async (message: string) => {
        const { r, s, yParity } = Signature.from(await wallet.signMessage(message));
        return r + s.slice(2) + toBeHex(yParity, 1).slice(2);
      },
    };
    const [one, other] = await Promise.all([
      deriveSigningKey(wallet, ROLLUP),
      deriveSigningKey(asHardwareWallet, ROLLUP),
    ]);
    expect(one).to.deep.equal(other);
  });

  it("KEY_DERIVATION_UNSUPPORTED: signatures that are not the address's own", async () => {
    const address = await wallet.getAddress();
    const answers = ["0x", `0x${"11".repeat(65)}`, `0x${"11".repeat(300)}`];
    const stranger = new Wallet(toBeHex(random.bigint(250) + 1n, 32));
    const foreign = await stranger.signMessage(keyDerivationMessage(ROLLUP));
    for (const answer of [...answers, foreign]) {
      const signer = {
        getAddress: () => Promise.resolve(address),
        signMessage: () => Promise.resolve(answer),
      };
      await expectRejection("KEY_DERIVATION_UNSUPPORTED", deriveSigningKey(signer, ROLLUP));
    }
  });
});
