/** The interface of the Rollup contract, parsed once, because parsing takes longer than a call. */
import { Interface } from "ethers";
import { ROLLUP_ABI } from "./generated/abi.ts";

export const ROLLUP_INTERFACE = new Interface(ROLLUP_ABI);
