/** Errors are logged and sent to others: they must not contain the password of a URL. */
import { expect } from "chai";
import { connect } from "../../src/sdk/connect.ts";
import { expectRejection } from "../helpers/expect-code.ts";

const SECRET = "hunter2";

describe("attacks: secrets in errors", () => {
  it("OPTION_INVALID does not say the password of a URL that it refuses", async () => {
    const url = `https://user:${SECRET}@node.example/`;
    const stream = `wss://user:${SECRET}@node.example/`;
    const calls = [
      () => connect(url),
      () => connect("http://127.0.0.1:1", { l1: url }),
      () => connect("http://127.0.0.1:1", { streamUrl: stream }),
    ];
    for (const call of calls) {
      const { message, facts } = await expectRejection("OPTION_INVALID", call());
      expect(`${message} ${JSON.stringify(facts)}`).to.not.include(SECRET);
    }
  });
});
