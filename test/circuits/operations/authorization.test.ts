import { expect } from "chai";
import type { Circuit } from "../../../src/circom/circuit.ts";
import { reduce } from "../../../src/crypto/field.ts";
import { TIMESTAMP_MAX } from "../../../src/protocol/constants.ts";
import { expectCircuitRefusal } from "../../helpers/forged-witness.ts";
import { loadTemplate } from "../../helpers/template-circuit.ts";

describe("AssertValidAt circuit", () => {
  let circuit: Circuit;
  before(async () => {
    circuit = await loadTemplate("operations/authorization.circom", "AssertValidAt()");
  });

  const timestamp = 1_000n;
  const accepted = [
    { validFrom: 0n, validUntil: TIMESTAMP_MAX },
    { validFrom: timestamp, validUntil: timestamp },
    // Bounded by their distance: the words of the message leave room for such times.
    { validFrom: reduce(timestamp - TIMESTAMP_MAX), validUntil: timestamp + TIMESTAMP_MAX },
  ];
  for (const range of accepted) {
    it(`takes ${range.validFrom} to ${range.validUntil} at ${timestamp}`, async () => {
      const witness = await circuit.calculateWitness({ timestamp, ...range });
      expect(circuit.checkWitness(witness)).to.equal(null);
    });
  }

  // A bound further away would move bits into the neighboring column of the signed word.
  const refused = [
    { validFrom: timestamp + 1n, validUntil: TIMESTAMP_MAX },
    { validFrom: 0n, validUntil: timestamp - 1n },
    { validFrom: reduce(timestamp - TIMESTAMP_MAX - 1n), validUntil: timestamp },
    { validFrom: timestamp, validUntil: timestamp + TIMESTAMP_MAX + 1n },
  ];
  for (const range of refused) {
    it(`refuses ${range.validFrom} to ${range.validUntil} at ${timestamp}`, async () => {
      await expectCircuitRefusal(circuit, { timestamp, ...range });
    });
  }
});
