/** Every operation of the protocol, one line each; the rest follows from its folder. */
export { noop } from "./noop/operation.ts";
export { deposit } from "./deposit/operation.ts";
export { transfer } from "./transfer/operation.ts";
export { transferToNew } from "./transfer-to-new/operation.ts";
export { withdraw } from "./withdraw/operation.ts";
export { fullExit } from "./full-exit/operation.ts";
export { changePubKey } from "./change-pub-key/operation.ts";
export { forcedExit } from "./forced-exit/operation.ts";
export { refund } from "./refund/operation.ts";
