/** Where tasks serve the pages unless another port is named. */
export const PAGES_PORT = 8550;
