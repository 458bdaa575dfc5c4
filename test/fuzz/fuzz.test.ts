/** A sample of the requests of `npm run test:fuzz-rpc`, to an operator in a separate process. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { fuzz } from "./fuzz.ts";
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
      "RPC_READ_ONLY",
      "RPC_NOT_FOUND",
    ]) {
      expect(outcomes.get(code), code).to.be.greaterThan(0);
    }
  });
});
