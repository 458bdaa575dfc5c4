/** Derives the L2 key of a wallet from one EIP-191 signature of its owner. */
import { sha256 } from "@noble/hashes/sha2.js";
import { getAddress, getBytes, isHexString, verifyMessage } from "ethers";
import { createSigningKey, type SigningKey } from "../crypto/eddsa.ts";
import { sdkError } from "./errors.ts";

/** Anything that signs EIP-191 messages, such as a signer of ethers. */
export interface MessageSigner {
  getAddress(): Promise<string>;
  signMessage(message: string): Promise<string>;
}

/** The rollup that a key is for. */
export interface RollupIdentity {
  readonly chainId: bigint;
  readonly rollupAddress: string;
}

const ECDSA_SIGNATURE_BYTES = 65;
/** r and s; the last byte is v, which wallets write as 0/1 or 27/28. */
const ECDSA_SCALARS_BYTES = 64;

/**
 * Returns the text to sign. It names the chain and the contract, so that a key stolen from one
 * rollup is worth nothing on another, and it warns the person who signs.
 *
 * @param rollup - Chain id, and address of the contract in 0x-hex.
 * @returns Five lines of text.
 *
 * @example
 * const text = keyDerivationMessage(await provider.getConfig());
 * text.split("\n")[3]; // "Chain ID: 31337"
 */
export function keyDerivationMessage({ chainId, rollupAddress }: RollupIdentity): string {
  return [
    "Access hardhat-zkrollup account.",
    "",
    "Only sign this message for a trusted client!",
    `Chain ID: ${chainId}`,
    `Rollup: ${getAddress(rollupAddress)}`,
  ].join("\n");
}

/** How a key is derived. */
export interface DerivationOptions {
  /**
   * How often the wallet signs, 1 or 2. With 2, it is refused if its signatures differ. Default 1.
   */
  readonly signatures?: number;
}

/**
 * Derives the L2 key: its seed is SHA-256 over r and s of the wallet's signature. ECDSA signatures
 * of wallets are deterministic (RFC 6979), so the same wallet always gets the same key.
 *
 * @throws KEY_DERIVATION_UNSUPPORTED for a contract wallet, whose signatures are no secret of one
 * key; KEY_DERIVATION_NOT_DETERMINISTIC for one whose second signature is another one.
 */
export async function deriveSigningKey(
  signer: MessageSigner,
  rollup: RollupIdentity,
  { signatures = 1 }: DerivationOptions = {},
): Promise<SigningKey> {
  const address = await signer.getAddress();
  const message = keyDerivationMessage(rollup);
  const signature = await signer.signMessage(message);
  if (!isSignatureOf(address, message, signature)) {
    throw sdkError({ code: "KEY_DERIVATION_UNSUPPORTED", address });
  }
  if (signatures > 1 && (await signer.signMessage(message)) !== signature) {
    throw sdkError({ code: "KEY_DERIVATION_NOT_DETERMINISTIC", address });
  }
  return createSigningKey(sha256(getBytes(signature).slice(0, ECDSA_SCALARS_BYTES)));
}

function isSignatureOf(address: string, message: string, signature: string): boolean {
  if (!isHexString(signature, ECDSA_SIGNATURE_BYTES)) return false;
  try {
    return verifyMessage(message, signature) === getAddress(address);
  } catch {
    return false; // r, s or v are out of range
  }
}
