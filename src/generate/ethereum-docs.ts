/** Renders docs/ethereum.md from the table of methods of the Ethereum endpoint. */
import {
  BLOCK_UNITS,
  ETHEREUM_METHODS,
  ETHEREUM_PATH,
  GAS_METHODS,
} from "../api/ethereum-methods.ts";
import { LIST_UNITS } from "../api/methods.ts";
import { markdownTable } from "./markdown.ts";

const INTRODUCTION = `Both ports of \`rollup:operator\` answer questions about L2 in the words of Ethereum, at the path \`${ETHEREUM_PATH}\`: block
explorers, exporters for Prometheus, the balance view of a wallet, ethers and viem read L2 without knowing what a rollup
is. At all other paths \`eth_*\` is L1 ([JSON-RPC](rpc.md#a-port-for-everybody)).

\`\`\`ts
const l2 = new JsonRpcProvider("http://localhost:8546${ETHEREUM_PATH}"); // ethers
await l2.getBalance(address); // in the last sealed block
await l2.getBalance(address, "finalized"); // in the last block that is final on L1

const client = createPublicClient({ transport: http("http://localhost:8546${ETHEREUM_PATH}") }); // viem
await client.getBalance({ address, blockTag: "pending" }); // with everything accepted
\`\`\`

It only reads. A method that signs or sends is refused (\`RPC_READ_ONLY\`): transactions of L2 have a form and signatures of
their own, which \`RollupWallet\` of \`hardhat-zkrollup/sdk\` makes. The limits of bytes, calls and rate are those of
[the port](rpc.md#a-port-for-everybody), and so are origins and host names. A refusal is a JSON-RPC error whose \`data\` is
\`{ code, facts, sentence, fix }\`.`;

const CHAIN_ID = `L2 has a chain id of its own, so that no tool mixes it up with L1. It follows from L1's chain id and the address of the
contract, is the same after a restart and for every operator of the rollup, and lies between 2^32 and 2^52: above the
ids that people choose, and within what wallets take (EIP-2294, for integers of 53 bits). \`rollup:operator\` prints it,
\`deriveL2ChainId\` of \`hardhat-zkrollup/node\` computes it, and \`rollup.node.l2ChainId\` of the [config](config.md) is another
one.

Use it **for reading alone**. Never sign for it: no transaction of L2 names it. What a wallet signs for L2 names L1's chain
id and the contract, and a transaction of Ethereum that is signed for this id is valid nowhere.`;

const TAGS = markdownTable(
  ["tag", "block"],
  [
    [
      "`pending`",
      "the open one: everything accepted; fees of its transactions are not credited yet",
    ],
    ["`latest`", "the last sealed one; the operator may still rebuild it"],
    ["`safe`", "the last one whose data are on L1 (committed), perhaps without a proof"],
    ["`finalized`", "the last one that L1 has executed; only a reorg of L1 undoes that"],
    ["`earliest`", "the first one that is known; 0 is the state before block 1"],
  ],
);

const BLOCKS = `${TAGS}

Until a block is committed, it may be rebuilt after a reorg of L1 or a refusal: then its hash changes, as in a reorg of
Ethereum. Blocks and transactions are known as far back as [the lists](rpc.md#rest). Balances, nonces and \`eth_call\`
need the state, which is there for the blocks [in memory](operator.md#memory): \`RPC_STATE_NOT_KEPT\` names them.
Objects of EIP-1898 name a block, too.`;

const TRANSACTIONS = `Every operation of L2 is a transaction, also a deposit and a full exit, which L1 requests. The address of the contract
stands for L1: what enters L2 comes from it, and what leaves L2 goes to it, whoever is paid there.

| field                           | meaning                                                                                     |
| ------------------------------- | ------------------------------------------------------------------------------------------- |
| \`hash\`                          | of a transaction that of the \`rollup_*\` methods; of an L1 request derived from its number   |
| \`from\`, \`nonce\`                 | who signed, and the nonce on L2; of a request who pays, and 0                               |
| \`to\`, \`value\`, \`input\` with ETH | the recipient and the amount                                                                |
| the same with a token           | the token's L1 address, 0, and the call \`transfer(recipient, amount)\`                       |
| \`gas\`, \`gasUsed\`                | 1: a slot of the block. \`gasLimit\` of a block is the slots of its kind                      |
| \`gasPrice\`                      | the fee if it is paid in ETH, so \`gasUsed * gasPrice\` is the fee; 0 otherwise               |
| \`status\`                        | 0 for a deposit that L1 pays back because L2 has no place for it; 1 for all else            |
| \`logs\`                          | \`Transfer\` events of tokens: the amount, and a fee in the token to the fee account          |
| \`logsBloom\`                     | excludes nothing where there may be events: the node keeps no filters                       |
| \`v\`, \`r\`, \`s\`                   | 0: signatures of L2 are not those of Ethereum                                               |
| \`miner\` of a block              | the account that gets the fees                                                              |
| \`hash\` of a block               | its number in 8 bytes, and 24 bytes of Keccak-256 of rollup, number and state root; not on L1 |
| \`transactionsRoot\` and the like | 0 where L2 has nothing of the kind                                                          |

Changes of the signing key and forced exits are transactions to the contract without a value. What a forced exit takes
out of the account of somebody else is an event if it is a token, and shows in the balance alone if it is ETH.`;

const REFUSED = `\`eth_sendRawTransaction\`, \`eth_sendTransaction\`, \`eth_sign…\`, \`personal_…\` and \`wallet_…\` are refused with
\`RPC_READ_ONLY\` (-32004), and ${GAS_METHODS.map((name) => `\`${name}\``).join(", ")} with
\`RPC_WITHOUT_GAS\` (-32004): ask \`rollup_getFee\`. All others are \`RPC_METHOD_UNKNOWN\` (-32601).
Movements of ETH are no events, as on Ethereum: what has touched an account is in
\`rollup_getAccountTransactions\`. The port of a [devnet](guide/devnet.md) does not have this path.`;

export function renderEthereumDocs(): string {
  const rows = Object.entries(ETHEREUM_METHODS).map(([name, { description, params, units }]) => [
    `\`${name}(${params.items.map((item) => item.description).join(", ")})\``,
    units,
    description,
  ]);
  return [
    "<!-- generated from src/api/ethereum-methods.ts; run `npm run generate` -->",
    "# L2 for Ethereum tools",
    INTRODUCTION,
    "## Chain id",
    CHAIN_ID,
    "## Blocks",
    BLOCKS,
    "## Transactions",
    TRANSACTIONS,
    "## Methods",
    `Results have the form of the Ethereum JSON-RPC specification. \`block\` is a tag, a number or an object, by default ` +
      `\`latest\` where it is optional. Units are [those of a client's rate](rpc.md#a-port-for-everybody): ${LIST_UNITS} where ` +
      `the answer may come out of the store, ${BLOCK_UNITS} for whole blocks.`,
    markdownTable(["method", "units", "answer"], rows),
    "## What is refused",
    REFUSED,
    "",
  ].join("\n\n");
}
