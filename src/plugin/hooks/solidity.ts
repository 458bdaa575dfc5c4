import type { SolidityHooks } from "hardhat/types/hooks";
import type { CompilerOutputError } from "hardhat/types/solidity";

/**
 * Libraries that this package installs. Users cannot act on warnings about their code, such as the
 * one about transient storage, which their guard against reentrancy uses correctly.
 */
const LIBRARIES = /^(?:npm\/)?@openzeppelin\/contracts(?:-upgradeable)?[@/]/;

/** A message of solc with its location, which Hardhat's type omits. */
function fileOf(error: CompilerOutputError & { sourceLocation?: { file?: string } }): string {
  return error.sourceLocation?.file ?? "";
}

const handlers: Partial<SolidityHooks> = {
  // Messages lose their locations after this hook, so warnings are removed before.
  getCompilationJobErrors: (context, job, output, next) => {
    const { errors = [] } = output;
    const rest = errors.filter(
      (error) => error.severity === "error" || !LIBRARIES.test(fileOf(error)),
    );
    return next(context, job, { ...output, errors: rest });
  },
};

export default () => Promise.resolve(handlers);
