/** Defaults of options, and of those that are there and undefined. */
import { expect } from "chai";
import { withDefaults } from "../../src/util/defaults.ts";

describe("util: defaults", () => {
  const defaults: { limit: number; name?: string } = { limit: 5 };

  it("takes an undefined option as one that was not given", () => {
    expect(withDefaults(defaults, { limit: undefined, name: "own" })).to.deep.equal({
      limit: 5,
      name: "own",
    });
  });

  it("keeps what a caller gives, also what is falsy", () => {
    expect(withDefaults(defaults, { limit: 0, name: "" })).to.deep.equal({ limit: 0, name: "" });
    expect(withDefaults(defaults)).to.deep.equal(defaults);
  });
});
