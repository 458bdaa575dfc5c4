/** Types of the parts of circomlibjs that tests and benchmarks use; the package has none. */
declare module "circomlibjs" {
  /** An element in the library's own Montgomery form. */
  type Element = Uint8Array;
  type ElementPoint = [Element, Element];

  interface Field {
    e(value: bigint): Element;
    toObject(element: Element): bigint;
  }

  interface BabyJub {
    readonly F: Field;
    readonly Base8: ElementPoint;
    addPoint(a: ElementPoint, b: ElementPoint): ElementPoint;
    mulPointEscalar(point: ElementPoint, scalar: bigint): ElementPoint;
    inCurve(point: ElementPoint): boolean;
    inSubgroup(point: ElementPoint): boolean;
  }

  interface Eddsa {
    readonly babyJub: BabyJub;
    prv2pub(seed: Uint8Array): ElementPoint;
    signPoseidon(seed: Uint8Array, message: Element): { R8: ElementPoint; S: bigint };
    verifyPoseidon(
      message: Element,
      signature: { R8: ElementPoint; S: bigint },
      key: ElementPoint,
    ): boolean;
  }

  interface Poseidon {
    (inputs: readonly bigint[]): Element;
    readonly F: Field;
  }

  export function buildPoseidon(): Promise<Poseidon>;
  export function buildPoseidonReference(): Promise<Poseidon>;
  export function buildEddsa(): Promise<Eddsa>;
}
