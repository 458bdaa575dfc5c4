/**
 * Authorizations: the consents of account owners to their signing keys. A block has one per
 * ChangePubKey. See `contracts/libraries/Authorization.sol`.
 */
import {
  concat,
  dataSlice,
  getCreate2Address,
  isHexString,
  keccak256,
  Signature,
  toBeHex,
  type TypedDataDomain,
  type TypedDataField,
  verifyTypedData,
} from "ethers";
import { FIELD_BYTES } from "../protocol/constants.ts";

const EIP712_TYPE = "0x01";
const EIP712_AUTHORIZATION_BYTES = 66;
const CREATE2_TYPE = "0x02";
const CREATE2_AUTHORIZATION_BYTES = 85;
/** Largest s that OpenZeppelin's ECDSA library accepts; a larger one has a smaller twin (EIP-2). */
const SECP256K1_HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** The authorization by a fact on L1, which `setAuthPubKeyHash` has stored; 0x-hex. */
export const ON_CHAIN_AUTHORIZATION = "0x00";

/**
 * A contract wallet that CREATE2 can deploy with a salt that names a signing key. Its address is
 * the consent to that key until it is deployed; then it authorizes keys by `setAuthPubKeyHash`.
 *
 * @see https://eips.ethereum.org/EIPS/eip-1014
 */
export interface Create2Wallet {
  /** L1 address of the contract that deploys the wallet. */
  readonly creator: string;
  /** The part of the salt besides the key: bytes32, 0x-hex. */
  readonly saltArgument: string;
  /** keccak256 of the wallet's init code, 0x-hex. */
  readonly codeHash: string;
}

/** The message that the owner signs. */
export interface ChangePubKeyClaim {
  /** Poseidon hash of the signing key, a field element. */
  readonly pubKeyHash: bigint;
  /** The account's nonce before the operation. */
  readonly nonce: number;
  readonly accountId: number;
}

/** The only rollup for which a signature is valid. */
export interface AuthorizationDomain {
  readonly chainId: bigint;
  readonly rollupAddress: string;
}

/** The part of an Ethereum wallet that signs typed data; ethers' signers satisfy it. */
export interface TypedDataSigner {
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

const CHANGE_PUB_KEY_TYPES = {
  ChangePubKey: [
    { name: "pubKeyHash", type: "uint256" },
    { name: "nonce", type: "uint32" },
    { name: "accountId", type: "uint32" },
  ],
};

/**
 * Authorizes a signing key by an EIP-712 signature of the account's owner.
 *
 * @param signer - Wallet of the owner.
 * @param rollup - The rollup of the account.
 * @returns The authorization, 0x-hex.
 * @see https://eips.ethereum.org/EIPS/eip-712
 */
export async function signChangePubKey(
  signer: TypedDataSigner,
  rollup: AuthorizationDomain,
  claim: ChangePubKeyClaim,
): Promise<string> {
  const domain = typedDataDomain(rollup);
  const signature = await signer.signTypedData(domain, CHANGE_PUB_KEY_TYPES, { ...claim });
  return concat([EIP712_TYPE, Signature.from(signature).serialized]); // v as 27 or 28
}

/**
 * Recovers the signer of an EIP-712 authorization exactly as the contract does, so that L1 commits
 * every block with an authorization that is accepted here.
 *
 * @returns Checksummed address, or undefined if it is no valid authorization of this kind.
 */
function recoverChangePubKeySigner(
  rollup: AuthorizationDomain,
  claim: ChangePubKeyClaim,
  authorization: string,
): string | undefined {
  if (!isHexString(authorization, EIP712_AUTHORIZATION_BYTES)) return undefined;
  if (dataSlice(authorization, 0, 1) !== EIP712_TYPE) return undefined;
  const [r, s, v] = [
    dataSlice(authorization, 1, 33),
    dataSlice(authorization, 33, 65),
    Number(dataSlice(authorization, 65)),
  ];
  if (BigInt(s) > SECP256K1_HALF_ORDER || (v !== 27 && v !== 28)) return undefined;
  try {
    const signature = Signature.from({ r, s, v });
    return verifyTypedData(typedDataDomain(rollup), CHANGE_PUB_KEY_TYPES, { ...claim }, signature);
  } catch {
    return undefined; // r or s is not a valid scalar
  }
}

/** Returns the checksummed address of a wallet whose salt names a signing key. */
export function create2WalletAddress(wallet: Create2Wallet, pubKeyHash: bigint): string {
  const { creator, saltArgument, codeHash } = wallet;
  const salt = keccak256(concat([saltArgument, toBeHex(pubKeyHash, FIELD_BYTES)]));
  return getCreate2Address(creator, salt, codeHash);
}

/** Returns whether an authorization has the form of {@link encodeCreate2Authorization}. */
export function isCreate2Authorization(authorization: string): boolean {
  return (
    isHexString(authorization, CREATE2_AUTHORIZATION_BYTES) &&
    dataSlice(authorization, 0, 1) === CREATE2_TYPE
  );
}

/** Encodes the authorization of such a wallet's first signing key, 0x-hex. */
export function encodeCreate2Authorization(wallet: Create2Wallet): string {
  return concat([CREATE2_TYPE, wallet.creator, wallet.saltArgument, wallet.codeHash]);
}

/**
 * Finds the owner whose consent an authorization shows, exactly as the contract does. The consent
 * of a CREATE2 wallet is valid only while its address has no code; the caller checks that on L1.
 *
 * @returns Checksummed address, or undefined if the authorization is invalid or a fact on L1.
 */
export function findAuthorizer(
  rollup: AuthorizationDomain,
  claim: ChangePubKeyClaim,
  authorization: string,
): string | undefined {
  if (!isHexString(authorization, CREATE2_AUTHORIZATION_BYTES)) {
    return recoverChangePubKeySigner(rollup, claim, authorization);
  }
  if (dataSlice(authorization, 0, 1) !== CREATE2_TYPE || claim.nonce !== 0) return undefined;
  const wallet = {
    creator: dataSlice(authorization, 1, 21),
    saltArgument: dataSlice(authorization, 21, 53),
    codeHash: dataSlice(authorization, 53),
  };
  return create2WalletAddress(wallet, claim.pubKeyHash);
}

function typedDataDomain({ chainId, rollupAddress }: AuthorizationDomain): TypedDataDomain {
  return { name: "hardhat-zkrollup", version: "1", chainId, verifyingContract: rollupAddress };
}
