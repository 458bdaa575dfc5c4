import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import zkrollup from "hardhat-zkrollup";
export default { plugins: [toolbox, zkrollup] };
