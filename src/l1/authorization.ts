/**
 * How the owner of an account authorises its signing key on L1: what goes into `authorizations` of a
 * block, one per ChangePubKey. See `contracts/libraries/Authorization.sol`.
 */
import { concat, type TypedDataDomain, type TypedDataField } from "ethers";

const EIP712_TYPE = "0x01";

/** Authorised by a call of `setAuthPubKeyHash`; nothing more to show. */
export const ON_CHAIN_AUTHORIZATION = "0x00";

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
  { chainId, rollupAddress }: AuthorizationDomain,
  claim: ChangePubKeyClaim,
): Promise<string> {
  const domain = {
    name: "hardhat-zkrollup",
    version: "1",
    chainId,
    verifyingContract: rollupAddress,
  };
  const signature = await signer.signTypedData(domain, CHANGE_PUB_KEY_TYPES, { ...claim });
  return concat([EIP712_TYPE, signature]);
}
