/** Matchers of Chai, registered where the project has Chai, as Hardhat's plugins do. */

/** What `chai.use` takes. */
type Matchers = (chai: Chai.ChaiStatic, utils: Chai.ChaiUtils) => void;

/** @param load - Loads the matchers; not called without Chai. */
export async function registerMatchers(load: () => Promise<Matchers>): Promise<void> {
  const chai = await import("chai").catch(() => undefined);
  if (chai !== undefined) chai.use(await load());
}
