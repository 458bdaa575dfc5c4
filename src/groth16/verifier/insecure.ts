/** The parts of a verifier contract that keep insecure keys off chains with something at stake. */

/** The chains that Hardhat and Ganache simulate. */
export const LOCAL_CHAIN_IDS = [31337, 1337] as const;

/** The constant that says whether the keys are insecure. */
export function insecureConstant(insecure: boolean): string {
  return `    /// @notice Whether the keys come from a dev setup with known secrets.
    bool public constant INSECURE = ${insecure};`;
}

/** A line break and the tag of the contract's comment; empty for secure keys. */
export function insecureWarning(insecure: boolean): string {
  return insecure
    ? `
/// @custom:security INSECURE. The keys come from a dev setup whose secrets everybody knows, so
/// anyone can prove anything. The contract can be deployed on local chains only.`
    : "";
}

/** The constructor that reverts on chains that are not local; empty for secure keys. */
export function insecureGuard(insecure: boolean): string {
  if (!insecure) return "";
  const conditions = LOCAL_CHAIN_IDS.map((id) => `block.chainid != ${id}`).join(" && ");
  return `    /// @notice Keys with known secrets were about to be used where something is at stake.
    error InsecureKeysOnLiveChain(uint256 chainId);

    constructor() {
        if (${conditions})
            revert InsecureKeysOnLiveChain(block.chainid);
    }`;
}
