/** Expects errors by their code, because messages may change. */
import { expect } from "chai";
import { isRollupError, type RollupError } from "../../src/util/errors.ts";

/** Runs `action`, which must throw a RollupError with the given code, and returns that error. */
export function expectCode(code: string, action: () => unknown): RollupError {
  try {
    action();
  } catch (error) {
    if (!isRollupError(error)) throw error;
    expect(error.code).to.equal(code);
    expect(error.fix).to.not.equal("");
    return error;
  }
  expect.fail(`${code} expected, but nothing was thrown`);
}

/** Like {@link expectCode}, for a promise. */
export async function expectRejection(
  code: string,
  action: Promise<unknown>,
): Promise<RollupError> {
  const outcome = await action.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  return expectCode(code, () => {
    if (outcome !== undefined) throw outcome.error;
  });
}

/** Expects that L1 reverts a call with a Solidity error of this name. */
export async function expectL1Refusal(error: string, call: Promise<unknown>): Promise<void> {
  const { facts } = await expectRejection("L1_REVERTED", call);
  expect(facts["error"]).to.equal(error);
}
