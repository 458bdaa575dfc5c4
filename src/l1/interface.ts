/** The interface of the Rollup contract: read once, because reading takes longer than a call. */
import { Interface } from "ethers";
import { ROLLUP_ABI } from "./generated/abi.ts";

export const ROLLUP_INTERFACE = new Interface(ROLLUP_ABI);
