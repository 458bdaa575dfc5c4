import type { RollupError } from "../../util/errors.ts";

/** Why an accepted transaction did not make it into a block after all. */
export interface Rejection {
  readonly code: string;
  readonly sentence: string;
  readonly fix: string;
}

/** The part of an error that a receipt keeps. */
export function toRejection({ code, sentence, fix }: RollupError): Rejection {
  return { code, sentence, fix };
}
