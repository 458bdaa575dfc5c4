/**
 * How the owner of an account authorises its signing key on L1: what goes into `authorizations` of
 * a block, one per ChangePubKey. See `contracts/libraries/Authorization.sol`.
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
/** Above it, s has a twin below, and OpenZeppelin's ECDSA library takes only that one (EIP-2). */
const SECP256K1_HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Authorised by a call of `setAuthPubKeyHash`; nothing more to show. */
export const ON_CHAIN_AUTHORIZATION = "0x00";

/**
 * A contract that may some day be made by CREATE2 with a salt that names a signing key: until then
 * its address is the consent to that key. Once it is deployed, it authorises keys by
 * `setAuthPubKeyHash`.
 *
 * @see https://eips.ethereum.org/EIPS/eip-1014
 */
export interface Create2Wallet {
  /** L1 address of the contract that makes it. */
  readonly creator: string;
  /** bytes32, 0x-hex: what the salt is made of besides the key. */
  readonly saltArgument: string;
  /** keccak256 of its init code, 0x-hex. */
  readonly codeHash: string;
}

/** What the owner signs. */
export interface ChangePubKeyClaim {
  readonly pubKeyHash: bigint;
  /** The account's nonce before the operation. */
  readonly nonce: number;
  readonly accountId: number;
}

/** The rollup that the signature is for, and for no other. */
export interface AuthorizationDomain {
  readonly chainId: bigint;
  readonly rollupAddress: string;
}

/** An Ethereum wallet, as far as it is needed here; ethers' signers are such. */
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
 * Lets the owner of an account authorise a signing key by an EIP-712 signature.
 *
 * @param signer - Wallet of the account's owner.
 * @returns The authorisation, 0x-hex.
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
 * Who signed an EIP-712 authorisation, found exactly as the contract finds it: one that is accepted
 * here can not make a block impossible to commit.
 *
 * @returns Checksummed address, or undefined if it is no such authorisation.
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
    return undefined; // r or s is no scalar of the curve
  }
}

/** Address of a wallet whose salt names a signing key, checksummed. */
export function create2WalletAddress(wallet: Create2Wallet, pubKeyHash: bigint): string {
  const { creator, saltArgument, codeHash } = wallet;
  const salt = keccak256(concat([saltArgument, toBeHex(pubKeyHash, FIELD_BYTES)]));
  return getCreate2Address(creator, salt, codeHash);
}

/** Whether an authorisation has the form of {@link encodeCreate2Authorization}. */
export function isCreate2Authorization(authorization: string): boolean {
  return (
    isHexString(authorization, CREATE2_AUTHORIZATION_BYTES) &&
    dataSlice(authorization, 0, 1) === CREATE2_TYPE
  );
}

/** The authorisation of such a wallet's first signing key, 0x-hex. */
export function encodeCreate2Authorization(wallet: Create2Wallet): string {
  return concat([CREATE2_TYPE, wallet.creator, wallet.saltArgument, wallet.codeHash]);
}

/**
 * Whose consent an authorisation shows, found exactly as the contract finds it; but that of a
 * CREATE2 wallet counts only while its address has no code, which has to be looked up on L1.
 *
 * @returns Checksummed address, or undefined if it shows nobody's, or needs to be looked up on L1.
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
