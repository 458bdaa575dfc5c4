/** What an exit does when something is missing, or fails on the way. */
import { expect } from "chai";
import { ZeroAddress } from "ethers";
import type { RollupClient } from "../../src/l1/client.ts";
import { LEAF_KIND } from "../../src/protocol/constants.ts";
import { PRESETS } from "../../src/protocol/presets.ts";
import { createMockProver } from "../../src/prover/mock-prover.ts";
import type { Prover } from "../../src/prover/prover.ts";
import { type ExitRequest, exitRollup } from "../../src/exit/exit.ts";
import { createGenesisState, type RollupState } from "../../src/state/rollup-state.ts";
import { startExodus } from "../helpers/attacks.ts";
import { expectRejection } from "../helpers/expect-code.ts";
import {
  createTestBlock,
  createTestRollup,
  latestTimestamp,
  type TestRollup,
  withdrawOperation,
} from "../helpers/test-rollup.ts";

const OWNER = "0x00000000000000000000000000000000000A11cE";
const ETH = { id: 0, address: ZeroAddress, symbol: "ETH", decimals: 18 };
const FUNDS = 10n ** 18n;

/** The owner holds 5 and 7 wei in two accounts, and nothing in a third one. */
function createState(): RollupState {
  let state = createGenesisState(PRESETS.minimal, { feeAccountAddress: 1n });
  for (const [accountId, balance] of [
    [9, 5n],
    [10, 0n],
    [33, 7n],
  ] as const) {
    const account = { kind: LEAF_KIND.account, address: BigInt(OWNER) };
    state = state.update(accountId, 0, { account, balance });
  }
  return state;
}

describe("exitRollup", () => {
  const state = createState();
  let fixture: TestRollup;
  let request: ExitRequest;

  async function create(verifier: "MockVerifier" | "ExpectingVerifier" = "MockVerifier") {
    fixture = await createTestRollup(verifier, {
      preset: PRESETS.minimal,
      genesisStateRoot: state.root,
      priorityExpirationSeconds: 1000,
    });
    const { client, user, genesis } = fixture;
    await client.depositEth(user.address, FUNDS);
    request = {
      owner: OWNER,
      accountIds: state.accountIdsOf(BigInt(OWNER)),
      token: ETH,
      executed: { storedBlock: genesis, state, nextRequestId: 0 },
    };
  }
  beforeEach(() => create());

  const balance = () => fixture.ethers.provider.getBalance(OWNER);
  /** The client with other methods in the place of some. */
  const clientWith = (methods: Partial<RollupClient>) =>
    new Proxy(fixture.client, {
      get(client, name) {
        const value: unknown = Reflect.get(name in methods ? methods : client, name, client);
        return typeof value === "function" ? (value.bind(client) as unknown) : value;
      },
    });
  const fails = () => Promise.reject(new Error("not now"));

  it("claims all accounts of an address, without any prover", async () => {
    await startExodus(fixture);
    const steps: string[] = [];
    const { exits, failures } = await exitRollup(fixture.client, undefined, request, (step) =>
      steps.push(step),
    );
    expect(exits.map(({ claim, by }) => [claim.accountId, claim.amount, by])).to.deep.equal([
      [9, 5n, "path"],
      [33, 7n, "path"],
    ]);
    expect([steps, failures]).to.deep.equal([["path", "path"], []]);
    expect(await balance()).to.equal(12n);
    const again = exitRollup(fixture.client, undefined, request);
    const { message } = await expectRejection("EXIT_DONE_ALREADY", again);
    expect(message).to.include(`${request.token.symbol} (token ${request.token.id}) of `);
  });

  it("claims by proof where one is accepted", async () => {
    await startExodus(fixture);
    const { exits } = await exitRollup(fixture.client, createMockProver(), request);
    expect(exits.map(({ by }) => by)).to.deep.equal(["proof", "proof"]);
    expect(await balance()).to.equal(12n);
  });

  it("claims by path if the prover fails, or makes what L1 refuses", async () => {
    const broken = {
      ...createMockProver(),
      prove: () => Promise.reject(new Error("no key")),
    } as unknown as Prover;
    for (const prover of [broken, createMockProver()]) {
      await create("ExpectingVerifier");
      await startExodus(fixture);
      const { exits, failures } = await exitRollup(fixture.client, prover, request);
      expect(exits.map(({ by }) => by)).to.deep.equal(["path", "path"]);
      expect(exits[0]!.proofFailure).to.be.instanceOf(Error);
      expect(failures).to.deep.equal([]);
      expect(await balance()).to.equal(12n);
    }
  });

  it("proposes no path to a user who has rejected the claim by proof", async () => {
    await startExodus(fixture);
    const rejected = Object.assign(new Error("User rejected the request."), { code: 4001 });
    const cause = new Error("L1 was not asked", { cause: rejected });
    const l1 = clientWith({ performExit: () => Promise.reject(cause), performExitByPath: fails });
    const { exits, failures } = await exitRollup(l1, createMockProver(), request);
    expect(exits).to.deep.equal([]);
    expect(failures).to.deep.equal([
      { step: "exit", accountId: 9, error: cause },
      { step: "exit", accountId: 33, error: cause },
    ]);
  });

  it("goes on after a step that fails, says what is left, and finishes the next time", async () => {
    const { client } = fixture;
    await client.depositEth(OWNER, 3n);
    await startExodus(fixture);
    const l1 = clientWith({ cancelDeposits: fails, performExitByPath: fails });
    const first = await exitRollup(l1, undefined, request);
    expect(first.failures.map(({ step, accountId }) => [step, accountId])).to.deep.equal([
      ["cancel", undefined],
      ["path", 9],
      ["path", 33],
    ]);
    const unable = clientWith({ withdrawPendingBalance: fails });
    const second = await exitRollup(unable, undefined, request);
    expect(second.failures.map(({ step }) => step)).to.deep.equal(["withdraw"]);
    expect([second.withdrawn, await balance()]).to.deep.equal([0n, 12n]);
    const third = await exitRollup(client, undefined, request);
    expect([third.withdrawn, third.failures, third.exits]).to.deep.equal([3n, [], []]);
    expect(await balance()).to.equal(15n);
  });

  it("pays what it finds while a node keeps the deposits back, and says so", async () => {
    await startExodus(fixture);
    const { client } = fixture;
    const toBlock = await fixture.ethers.provider.getBlockNumber();
    const lacking = { ...request, history: { fromBlock: 0, toBlock, events: [] } };
    const { exits, failures } = await exitRollup(client, undefined, lacking);
    expect(exits).to.have.length(2);
    expect(failures.map(({ step }) => step)).to.deep.equal(["cancel"]);
    // With nothing else left to claim, it does not say that there is nothing.
    const nobody = { ...lacking, owner: fixture.user.address, accountIds: [] };
    const again = exitRollup(client, undefined, nobody);
    await expectRejection("RESTORE_EVENTS_MISSING", again);
  });

  it("cancels more deposits than fit one L1 transaction", async () => {
    const { client } = fixture;
    for (let i = 0; i < 101; i++) await client.depositEth(OWNER, 1n);
    await startExodus(fixture);
    const { cancelled, cancellations } = await exitRollup(client, undefined, request);
    expect([cancelled.length, cancellations.length]).to.deep.equal([101, 2]);
    expect(await balance()).to.equal(12n + 101n);
  });

  it("makes the owner's payouts that an executed block still owes, alive or not", async () => {
    const { client, rollup, genesis, user } = fixture;
    const { commitBlock, storedBlock, proveBlock } = createTestBlock(
      client,
      genesis,
      [
        withdrawOperation(OWNER, 8n),
        withdrawOperation(user.address, 1n),
        withdrawOperation(OWNER, 20n),
        withdrawOperation(OWNER, 30n),
      ],
      { timestamp: await latestTimestamp(fixture), newStateRoot: state.root },
    );
    await client.commitBlocks(genesis, [commitBlock]);
    await client.proveBlocks([proveBlock]);
    await client.executeBlocks([{ storedBlock, payouts: [] }]);
    const executed = { ...request.executed, storedBlock };
    const alive = await exitRollup(client, undefined, { ...request, executed });
    expect([alive.payouts.length, alive.exits, alive.failures]).to.deep.equal([2, [], []]);
    expect(await balance()).to.equal(58n);
    expect(await rollup.openPayouts(1)).to.equal(1n);
    await startExodus(fixture);
    const report = await exitRollup(client, undefined, { ...request, executed });
    expect([report.payouts.length, report.exits.length]).to.deep.equal([0, 2]);
    expect(await balance()).to.equal(58n + 12n);
  });

  it("begins the exodus, or finds that somebody has", async () => {
    const { rollup, client, networkHelpers, other } = fixture;
    await expectRejection("EXIT_ROLLUP_ALIVE", exitRollup(client, undefined, request));
    await networkHelpers.time.increase(1000);
    const late = clientWith({
      activateExodusMode: async () => {
        await rollup.connect(other).activateExodusMode();
        return client.activateExodusMode();
      },
    });
    const { activation, exits } = await exitRollup(late, undefined, request);
    expect([activation, exits.length]).to.deep.equal([undefined, 2]);
  });
});
