// generated from contracts/Rollup.sol; run `npm run generate`
/** The Rollup contract in ethers, with types that need no build. */
import type {
  AddressLike,
  BaseContract,
  BigNumberish,
  BytesLike,
  ContractMethodArgs,
  ContractRunner,
  ContractTransaction,
  ContractTransactionResponse,
} from "ethers";

/**
 * A function of the contract, as this package calls it.
 *
 * @typeParam A - Its arguments. @typeParam R - Its result on L1. @typeParam D - Result of a call:
 * the same for a view, else the transaction.
 */
export interface RollupMethod<A extends unknown[], R, D> {
  (...args: ContractMethodArgs<A>): Promise<D>;
  populateTransaction(...args: ContractMethodArgs<A>): Promise<ContractTransaction>;
  staticCall(...args: ContractMethodArgs<A>): Promise<R>;
  estimateGas(...args: ContractMethodArgs<A>): Promise<bigint>;
}
export interface CommitBlockStruct {
  timestamp: BigNumberish;
  feeAccountId: BigNumberish;
  kind: BigNumberish;
  newStateRoot: BigNumberish;
  digest: BigNumberish;
  pubdata: BytesLike;
  authorizations: BytesLike[];
}
export type CommitBlockStructOutput = [bigint, bigint, bigint, bigint, bigint, string, string[]] & {
  timestamp: bigint;
  feeAccountId: bigint;
  kind: bigint;
  newStateRoot: bigint;
  digest: bigint;
  pubdata: string;
  authorizations: string[];
};
export interface ExecuteBlockStruct {
  storedBlock: StoredBlockStruct;
  payouts: PayoutStruct[];
}
export type ExecuteBlockStructOutput = [StoredBlockStructOutput, PayoutStructOutput[]] & {
  storedBlock: StoredBlockStructOutput;
  payouts: PayoutStructOutput[];
};
export interface ExitClaimStruct {
  accountId: BigNumberish;
  tokenId: BigNumberish;
  owner: AddressLike;
  amount: BigNumberish;
}
export type ExitClaimStructOutput = [bigint, bigint, string, bigint] & {
  accountId: bigint;
  tokenId: bigint;
  owner: string;
  amount: bigint;
};
export interface InitializeParamsStruct {
  verifier: AddressLike;
  exitVerifier: AddressLike;
  governor: AddressLike;
  validatorManager: AddressLike;
  guardian: AddressLike;
  validators: AddressLike[];
  feeAccount: AddressLike;
  genesisStateRoot: BigNumberish;
  accountCapacity: BigNumberish;
  tokenCapacity: BigNumberish;
  priorityExpirationSeconds: BigNumberish;
  requestFeeWei: BigNumberish;
  requestFeeRecipient: AddressLike;
}
export type InitializeParamsStructOutput = [
  string,
  string,
  string,
  string,
  string,
  string[],
  string,
  bigint,
  bigint,
  bigint,
  bigint,
  bigint,
  string,
] & {
  verifier: string;
  exitVerifier: string;
  governor: string;
  validatorManager: string;
  guardian: string;
  validators: string[];
  feeAccount: string;
  genesisStateRoot: bigint;
  accountCapacity: bigint;
  tokenCapacity: bigint;
  priorityExpirationSeconds: bigint;
  requestFeeWei: bigint;
  requestFeeRecipient: string;
};
export interface PayoutStruct {
  recipient: AddressLike;
  tokenId: BigNumberish;
  amount: BigNumberish;
}
export type PayoutStructOutput = [string, bigint, bigint] & {
  recipient: string;
  tokenId: bigint;
  amount: bigint;
};
export interface ProveBlockStruct {
  kind: BigNumberish;
  digest: BigNumberish;
  z: BigNumberish;
  y: BigNumberish;
  proof: BigNumberish[];
}
export type ProveBlockStructOutput = [bigint, bigint, bigint, bigint, bigint[]] & {
  kind: bigint;
  digest: bigint;
  z: bigint;
  y: bigint;
  proof: bigint[];
};
export interface QueuedDepositStruct {
  requestId: BigNumberish;
  owner: AddressLike;
  tokenId: BigNumberish;
  amount: BigNumberish;
}
export type QueuedDepositStructOutput = [bigint, string, bigint, bigint] & {
  requestId: bigint;
  owner: string;
  tokenId: bigint;
  amount: bigint;
};
export interface StoredBlockStruct {
  blockNumber: BigNumberish;
  priorityRequests: BigNumberish;
  timestamp: BigNumberish;
  payoutsHash: BytesLike;
  stateRoot: BigNumberish;
  commitment: BytesLike;
}
export type StoredBlockStructOutput = [bigint, bigint, bigint, string, bigint, string] & {
  blockNumber: bigint;
  priorityRequests: bigint;
  timestamp: bigint;
  payoutsHash: string;
  stateRoot: bigint;
  commitment: string;
};
/** The arguments of each event. */
export interface RollupEvents {
  AllDepositsPausedSet: { paused: boolean };
  AuthPubKeyHashSet: { owner: string; accountId: bigint; nonce: bigint; pubKeyHash: bigint };
  AuthResetStarted: { owner: string; accountId: bigint; nonce: bigint; availableAt: bigint };
  BlockCommitted: { blockNumber: bigint; storedBlock: StoredBlockStructOutput };
  BlockExecuted: { blockNumber: bigint };
  BlocksProven: { provenBlocks: bigint };
  BlocksReverted: { committedBlocks: bigint; provenBlocks: bigint };
  DepositCancelled: { requestId: bigint; owner: string; tokenId: bigint; amount: bigint };
  DepositsPausedSet: { tokenId: bigint; paused: boolean };
  ExitPerformed: { accountId: bigint; tokenId: bigint; owner: string; amount: bigint };
  ExodusModeActivated: { requestId: bigint };
  GuardianSet: { guardian: string };
  Initialized: { version: bigint };
  OwnershipTransferStarted: { previousOwner: string; newOwner: string };
  OwnershipTransferred: { previousOwner: string; newOwner: string };
  PayoutPending: { recipient: string; tokenId: bigint; amount: bigint };
  PayoutSent: { recipient: string; tokenId: bigint; amount: bigint };
  PayoutsOpen: { blockNumber: bigint; open: bigint };
  PriorityRequestAdded: {
    requestId: bigint;
    op: bigint;
    owner: string;
    tokenId: bigint;
    accountId: bigint;
    amount: bigint;
    expiration: bigint;
  };
  RequestFeeRecipientSet: { recipient: string };
  RequestFeeSet: { feeWei: bigint };
  RollupInitialized: {
    genesisStateRoot: bigint;
    feeAccount: string;
    verifier: string;
    accountCapacity: bigint;
    tokenCapacity: bigint;
    priorityExpirationSeconds: bigint;
  };
  TokenListed: { tokenId: bigint; token: string };
  ValidatorManagerSet: { validatorManager: string };
  ValidatorSet: { validator: string; active: boolean };
}
export interface Rollup extends BaseContract {
  connect(runner: ContractRunner | null): Rollup;
  acceptOwnership: RollupMethod<[], void, ContractTransactionResponse>;
  accountCapacity: RollupMethod<[], bigint, bigint>;
  activateExodusMode: RollupMethod<[], void, ContractTransactionResponse>;
  allDepositsPaused: RollupMethod<[], boolean, boolean>;
  authPubKeyHash: RollupMethod<
    [owner: AddressLike, accountId: BigNumberish, nonce: BigNumberish],
    bigint,
    bigint
  >;
  authResetAvailableAt: RollupMethod<
    [owner: AddressLike, accountId: BigNumberish, nonce: BigNumberish],
    bigint,
    bigint
  >;
  authResetDelaySeconds: RollupMethod<[], bigint, bigint>;
  authResetWindowSeconds: RollupMethod<[], bigint, bigint>;
  blockCounts: RollupMethod<
    [],
    [bigint, bigint, bigint] & { committed: bigint; proven: bigint; executed: bigint },
    [bigint, bigint, bigint] & { committed: bigint; proven: bigint; executed: bigint }
  >;
  cancelDeposits: RollupMethod<
    [deposits: QueuedDepositStruct[]],
    void,
    ContractTransactionResponse
  >;
  commitBlocks: RollupMethod<
    [last: StoredBlockStruct, newBlocks: CommitBlockStruct[]],
    void,
    ContractTransactionResponse
  >;
  depositErc20: RollupMethod<
    [token: AddressLike, amount: BigNumberish, owner: AddressLike],
    void,
    ContractTransactionResponse
  >;
  depositEth: RollupMethod<[owner: AddressLike], void, ContractTransactionResponse>;
  domain: RollupMethod<[], bigint, bigint>;
  executeBlocks: RollupMethod<[blocks: ExecuteBlockStruct[]], void, ContractTransactionResponse>;
  exitVerifier: RollupMethod<[], string, string>;
  exodusMode: RollupMethod<[], boolean, boolean>;
  guardian: RollupMethod<[], string, string>;
  hasExited: RollupMethod<[accountId: BigNumberish, tokenId: BigNumberish], boolean, boolean>;
  initialize: RollupMethod<[params: InitializeParamsStruct], void, ContractTransactionResponse>;
  isPayoutMade: RollupMethod<[blockNumber: BigNumberish, index: BigNumberish], boolean, boolean>;
  isValidator: RollupMethod<[account: AddressLike], boolean, boolean>;
  listToken: RollupMethod<[token: AddressLike], bigint, ContractTransactionResponse>;
  openPayouts: RollupMethod<[blockNumber: BigNumberish], bigint, bigint>;
  owner: RollupMethod<[], string, string>;
  payOut: RollupMethod<
    [stored: StoredBlockStruct, payouts: PayoutStruct[], first: BigNumberish, count: BigNumberish],
    void,
    ContractTransactionResponse
  >;
  payoutGasLimit: RollupMethod<[], bigint, bigint>;
  pendingBalance: RollupMethod<[owner: AddressLike, token: AddressLike], bigint, bigint>;
  pendingOwner: RollupMethod<[], string, string>;
  performExit: RollupMethod<
    [last: StoredBlockStruct, claim: ExitClaimStruct, _2: BigNumberish[]],
    void,
    ContractTransactionResponse
  >;
  performExitByPath: RollupMethod<
    [last: StoredBlockStruct, claim: ExitClaimStruct, _2: BigNumberish[]],
    void,
    ContractTransactionResponse
  >;
  priorityExpirationSeconds: RollupMethod<[], bigint, bigint>;
  priorityQueue: RollupMethod<
    [],
    [bigint, bigint, bigint] & { firstOpen: bigint; firstUncommitted: bigint; next: bigint },
    [bigint, bigint, bigint] & { firstOpen: bigint; firstUncommitted: bigint; next: bigint }
  >;
  priorityRequest: RollupMethod<
    [requestId: BigNumberish],
    [string, bigint] & { requestHash: string; expiration: bigint },
    [string, bigint] & { requestHash: string; expiration: bigint }
  >;
  protocolDigest: RollupMethod<[], string, string>;
  proveBlocks: RollupMethod<
    [parentCommitment: BytesLike, last: StoredBlockStruct, blocks: ProveBlockStruct[]],
    void,
    ContractTransactionResponse
  >;
  renounceOwnership: RollupMethod<[], void, ContractTransactionResponse>;
  requestFeeMaxWei: RollupMethod<[], bigint, bigint>;
  requestFeeRecipient: RollupMethod<[], string, string>;
  requestFeeWei: RollupMethod<[], bigint, bigint>;
  requestFullExit: RollupMethod<
    [accountId: BigNumberish, token: AddressLike],
    void,
    ContractTransactionResponse
  >;
  revertBlocks: RollupMethod<[blocks: StoredBlockStruct[]], void, ContractTransactionResponse>;
  setAllDepositsPaused: RollupMethod<[paused: boolean], void, ContractTransactionResponse>;
  setAuthPubKeyHash: RollupMethod<
    [pubKeyHash: BigNumberish, accountId: BigNumberish, nonce: BigNumberish],
    void,
    ContractTransactionResponse
  >;
  setDepositsPaused: RollupMethod<
    [token: AddressLike, paused: boolean],
    void,
    ContractTransactionResponse
  >;
  setGuardian: RollupMethod<[newGuardian: AddressLike], void, ContractTransactionResponse>;
  setRequestFee: RollupMethod<[feeWei: BigNumberish], void, ContractTransactionResponse>;
  setRequestFeeRecipient: RollupMethod<
    [newRecipient: AddressLike],
    void,
    ContractTransactionResponse
  >;
  setValidator: RollupMethod<
    [validator: AddressLike, active: boolean],
    void,
    ContractTransactionResponse
  >;
  setValidatorManager: RollupMethod<
    [newValidatorManager: AddressLike],
    void,
    ContractTransactionResponse
  >;
  storedBlockHash: RollupMethod<[blockNumber: BigNumberish], string, string>;
  tokenAddress: RollupMethod<[tokenId: BigNumberish], string, string>;
  tokenCapacity: RollupMethod<[], bigint, bigint>;
  tokenCount: RollupMethod<[], bigint, bigint>;
  tokenOf: RollupMethod<
    [token: AddressLike],
    [bigint, boolean] & { tokenId: bigint; depositsPaused: boolean },
    [bigint, boolean] & { tokenId: bigint; depositsPaused: boolean }
  >;
  transferOwnership: RollupMethod<[newOwner: AddressLike], void, ContractTransactionResponse>;
  validatorManager: RollupMethod<[], string, string>;
  verifier: RollupMethod<[], string, string>;
  withdrawPendingBalance: RollupMethod<
    [owner: AddressLike, token: AddressLike],
    void,
    ContractTransactionResponse
  >;
}
