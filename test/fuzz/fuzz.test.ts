/** A sample of the requests of `npm run test:fuzz-rpc`, to an operator in a separate process. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { fuzz } from "./fuzz.ts";
import { ANSWER_MS, Patience } from "./patience.ts";
import { type OperatorProcess, startOperatorProcess } from "./operator-process.ts";

const random = createRandom();
const REQUESTS = 1_500;

describe(`fuzz: the ports of an operator (${random.title})`, () => {
  let operator: OperatorProcess;
  before(async function () {
    this.timeout(300_000);
    operator = await startOperatorProcess(6);
  });
  after(() => operator.close());

  it(`answers ${REQUESTS} random requests and keeps running`, async () => {
    const { faults, accepted, outcomes, kinds } = await fuzz(operator, {
      seed: random.seed,
      requests: REQUESTS,
    });
    expect(faults, faults.join("\n")).to.deep.equal([]);
    expect(operator.isAlive()).to.equal(true);
    expect((await operator.provider.getConfig()).preset).to.equal("minimal");
    // The operator accepts other encodings of a transaction, so it refused the rest for their
    // meaning.
    expect(accepted).to.be.greaterThan(0);
    for (const kind of ["REST", "Ethereum", "page", "stream", "changed parameters"]) {
      for (const port of ["", "admin: "])
        expect(kinds.has(port + kind), port + kind).to.equal(true);
    }
    for (const code of [
      "SIGNATURE_INVALID",
      "RPC_PARAMS_INVALID",
      "RPC_METHOD_UNKNOWN",
      "RPC_NOT_FOUND",
    ]) {
      expect(outcomes.get(code), code).to.be.greaterThan(0);
    }
  });
});

describe("fuzz: the time that an answer has", () => {
  const limitAfter = (probes: readonly (readonly [atMs: number, wallMs: number])[]) => {
    const patience = new Patience();
    for (const [atMs, wallMs] of probes) patience.note({ atMs, wallMs, cpuMs: 5 });
    const limitMs = patience.limitMs(1_000);
    patience.close();
    return limitMs;
  };

  it("is as many times as long as work takes on a busy machine", () => {
    expect(limitAfter([])).to.equal(ANSWER_MS);
    expect(limitAfter([[1_000, 4]])).to.equal(ANSWER_MS);
    expect(
      limitAfter([
        [1_000, 5],
        [2_000, 25],
      ]),
    ).to.equal(3 * ANSWER_MS);
  });

  it("counts no time before the request, and ends however busy the machine is", () => {
    expect(limitAfter([[999, 5_000]])).to.equal(ANSWER_MS);
    expect(limitAfter([[1_000, 5_000]])).to.equal(10 * ANSWER_MS);
  });
});
