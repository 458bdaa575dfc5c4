import type { SolidityHooks } from "hardhat/types/hooks";
import type { CompilerOutputError } from "hardhat/types/solidity";

/**
 * The libraries that this package brings along. Nobody can act on a warning about their code, such
 * as that about transient storage, of which their guard against reentrancy makes the right use.
 */
const LIBRARIES = /^(?:npm\/)?@openzeppelin\/contracts(?:-upgradeable)?[@/]/;

/** solc's JSON has a location that Hardhat's type leaves out. */
function fileOf(error: CompilerOutputError & { sourceLocation?: { file?: string } }): string {
  return error.sourceLocation?.file ?? "";
}

const handlers: Partial<SolidityHooks> = {
  // What comes after this hook has no locations any more, so warnings are left out before it.
  getCompilationJobErrors: (context, job, output, next) => {
    const { errors = [] } = output;
    const rest = errors.filter(
      (error) => error.severity === "error" || !LIBRARIES.test(fileOf(error)),
    );
    return next(context, job, { ...output, errors: rest });
  },
};

export default () => Promise.resolve(handlers);
