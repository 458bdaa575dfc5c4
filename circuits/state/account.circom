pragma circom 2.2.0;

include "../generated/protocol.circom";
include "../lib/bits.circom";
include "../lib/poseidon.circom";

/* An account, without its balances. */
bus Account() {
    signal kind;        // {Bool}    1 = account, 0 = empty leaf
    signal nonce;       // {Uint32}  number of operations that it has signed
    signal address;     // {Uint160} owner on L1
    signal pubKeyHash;  // {Field}   Poseidon of the signing key, 0 = none
}

/*
 * The value of an account's leaf in the state tree.
 *
 * Inputs
 *   account
 *   balanceRoot   {Field}
 * Outputs
 *   leaf          {Field}   0 if the account is empty
 *
 * Assumes: the account's fields keep to their widths (AssertAccount).
 * Constraints: 263 for AccountLeaf()
 */
template AccountLeaf() {
    input Account() account;
    signal input balanceRoot;
    signal output leaf;

    var meta = account.kind * 2 ** KIND_SHIFT_BITS() + account.nonce * 2 ** NONCE_SHIFT_BITS()
        + account.address * 2 ** ADDRESS_SHIFT_BITS();
    signal hash <== Poseidon(3)([meta, account.pubKeyHash, balanceRoot]);
    leaf <== account.kind * hash;
}

/*
 * Asserts that no other account has the same leaf as one that is read from the state tree.
 *
 * Inputs
 *   account
 *   balanceRoot        {Field}
 *   emptyBalanceRoot   {Field}   root of a balance tree of zeros
 *
 * Guarantees: kind, nonce and address keep to their widths, so that no other values have the same
 * leaf; an empty leaf has nonce 0, address 0, no signing key and no balances.
 * Constraints: 198 for AssertAccount()
 */
template AssertAccount() {
    input Account() account;
    signal input balanceRoot, emptyBalanceRoot;

    account.kind * (account.kind - LEAF_KIND_ACCOUNT()) === 0;
    _ <== ToBits(8 * NONCE_BYTES())(account.nonce);
    _ <== ToBits(8 * ADDRESS_BYTES())(account.address);

    var isEmpty = 1 - account.kind;
    isEmpty * (account.nonce * 2 ** NONCE_SHIFT_BITS() + account.address) === 0;
    isEmpty * account.pubKeyHash === 0;
    isEmpty * (balanceRoot - emptyBalanceRoot) === 0;
}
