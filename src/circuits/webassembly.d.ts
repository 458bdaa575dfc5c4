/** The part of WebAssembly we use: Node has it, but neither its types nor es2023 declare it. */

declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>;

  interface Module {
    readonly brand: unique symbol;
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
