/** A sample of what `npm run test:fuzz-rpc` sends, to an operator in a process of its own. */
import { expect } from "chai";
import { createRandom } from "../helpers/random.ts";
import { fuzz } from "./fuzz.ts";
import { type OperatorProcess, startOperatorProcess } from "./operator-process.ts";

const random = createRandom();
const REQUESTS = 1_500;

describe(`fuzz: the public port of an operator (${random.title})`, () => {
  let operator: OperatorProcess;
  before(async function () {
    this.timeout(300_000);
    operator = await startOperatorProcess(6);
  });
  after(() => operator.close());

  it(`answers ${REQUESTS} random requests and lives on`, async () => {
    const { faults, accepted, outcomes } = await fuzz(operator, {
      seed: random.seed,
      requests: REQUESTS,
    });
    expect(faults, faults.join("\n")).to.deep.equal([]);
    expect(operator.isAlive()).to.equal(true);
    expect((await operator.provider.getConfig()).preset).to.equal("minimal");
    // What is changed in words only is accepted, so the others were refused for what they mean.
    expect(accepted).to.be.greaterThan(0);
    for (const code of ["SIGNATURE_INVALID", "RPC_PARAMS_INVALID", "RPC_METHOD_UNKNOWN"]) {
      expect(outcomes.get(code), code).to.be.greaterThan(0);
    }
  });
});
