/**
 * Builds WebAssembly modules from TypeScript: functions are closures that append statements.
 *
 * A module imports one memory, `env.memory`, and exports the functions with a name. A TypeScript
 * function that takes a {@link FunctionBuilder} acts as a macro: its code is inlined. Vector
 * constants are in a pool at the start of the memory, because loading one takes a single
 * instruction and building one in a register takes several.
 */

import { name, section, unsigned, vector, word64 } from "./encoding.ts";
import { i32, v128 } from "./instructions.ts";
import type { Expression, I32, Local, Statement, V128, ValueType } from "./instructions.ts";

const TYPE_CODES: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };
const NO_RESULT = 0x40;
/** Start of the constants; address 0 stays free to mean "nothing". */
const POOL_ADDRESS = 16;
/** Start of the memory that belongs to the user of the module. */
export const POOL_END = 1 << 14;

/** A function of the module under construction. All parameters are i32: addresses and counts. */
export interface WasmFunction {
  readonly index: number;
  readonly parameters: number;
  readonly result: "i32" | "void";
}

/** The body of a function under construction. */
export interface FunctionBuilder {
  /** Declares a variable with the value 0. */
  local<T extends ValueType>(type: T): Local<T>;
  /** Declares a variable with the value `value`. */
  let<T extends ValueType>(value: Expression<T>): Local<T>;
  set<T extends ValueType>(target: Local<T>, value: Expression<T>): void;
  do(statement: Statement): void;
  call(callee: WasmFunction, ...args: I32[]): void;
  /** Calls a function that returns an i32. */
  result(callee: WasmFunction, ...args: I32[]): I32;
  return(value?: I32): void;
  if(condition: I32, then: () => void, otherwise?: () => void): void;
  while(condition: () => I32, body: () => void): void;
  /** Counts `from`, `from` + step, … while below `end`, which is evaluated in every turn. */
  for(from: I32, end: I32, body: (counter: Local<"i32">) => void, step?: number): void;
}

/** `N` parameters. */
type Parameters<N extends number, T extends Local<"i32">[] = []> = T["length"] extends N
  ? T
  : Parameters<N, [...T, Local<"i32">]>;

export interface ModuleBuilder {
  /** Defines a function, and exports it if it has a name. */
  function<N extends number>(
    exportName: string | null,
    parameters: N,
    body: (fn: FunctionBuilder, ...parameters: Parameters<N>) => void,
    result?: "i32" | "void",
  ): WasmFunction;
  /** Returns a vector constant with `word` in both lanes. */
  constant(word: bigint): V128;
  /** Returns the binary. */
  build(): Uint8Array<ArrayBuffer>;
}

/** The memory that a module imports, in pages of 64 KiB. */
export interface MemoryLimits {
  readonly initialPages: number;
  readonly maximumPages: number;
  readonly shared: boolean;
}

/** Creates an empty module for a memory of the given limits. */
export function createModule(memory: MemoryLimits): ModuleBuilder {
  const functions: WasmFunction[] = [];
  const bodies: number[][] = [];
  const exported: { exportName: string; index: number }[] = [];
  const pool = new Map<bigint, number>();
  return {
    constant: (word) => {
      const key = BigInt.asUintN(64, word);
      const address = pool.get(key) ?? POOL_ADDRESS + 16 * pool.size;
      pool.set(key, address);
      return v128.load(i32.const(0), address);
    },
    function: (exportName, parameters, body, result = "void") => {
      const created = { index: functions.length, parameters, result };
      functions.push(created);
      if (exportName !== null) exported.push({ exportName, index: created.index });
      bodies[created.index] = buildBody(created, body as AnyBody);
      return created;
    },
    build: () =>
      Uint8Array.from([
        ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
        ...section(1, vector(functions.map(functionType))),
        ...section(2, vector([[...name("env"), ...name("memory"), 0x02, ...limits(memory)]])),
        ...section(3, vector(functions.map(({ index }) => unsigned(index)))),
        ...section(
          7,
          vector(exported.map((e) => [...name(e.exportName), 0x00, ...unsigned(e.index)])),
        ),
        ...codeSection(bodies),
        ...section(11, vector([poolSegment([...pool.keys()])])),
      ]),
  };
}

function functionType({ parameters, result }: WasmFunction): number[] {
  const results = result === "void" ? [] : [[TYPE_CODES[result]]];
  return [0x60, ...vector(Array<number[]>(parameters).fill([TYPE_CODES.i32])), ...vector(results)];
}

function limits({ initialPages, maximumPages, shared }: MemoryLimits): number[] {
  return [shared ? 0x03 : 0x01, ...unsigned(initialPages), ...unsigned(maximumPages)];
}

/** Concatenates instead of spreading into a call, because code exceeds the argument limit. */
function codeSection(bodies: readonly number[][]): number[] {
  return section(10, unsigned(bodies.length).concat(...bodies));
}

/** Encodes the constants as a data segment. All instances write the same, so threads share it. */
function poolSegment(words: readonly bigint[]): number[] {
  const bytes = words.flatMap((word) => [...word64(word), ...word64(word)]);
  if (POOL_ADDRESS + bytes.length > POOL_END) throw new Error("the constants overflow their pool");
  return [0x00, ...i32.const(POOL_ADDRESS).bytes, 0x0b, ...unsigned(bytes.length), ...bytes];
}

/**
 * Returns an entry of a code section, without its length: a function that calls no other and uses
 * no vector constant, to be put into a module of somebody else.
 */
export function functionCode<N extends number>(
  parameters: N,
  body: (fn: FunctionBuilder, ...parameters: Parameters<N>) => void,
): Uint8Array {
  const entry = buildBody({ index: 0, parameters, result: "void" }, body as AnyBody);
  return Uint8Array.from(entry.slice(unsigned(entry.length).length));
}

type AnyBody = (fn: FunctionBuilder, ...parameters: Local<"i32">[]) => void;

function buildBody({ parameters, result }: WasmFunction, body: AnyBody): number[] {
  const types: ValueType[] = [];
  const code: number[] = [];
  const emit = (...parts: (readonly number[])[]) => {
    for (const part of parts) for (const byte of part) code.push(byte);
  };
  const createLocal = <T extends ValueType>(type: T, index: number): Local<T> => ({
    type,
    index,
    bytes: [0x20, ...unsigned(index)],
  });
  const fn = createFunctionBuilder(emit, (type) => {
    types.push(type);
    return createLocal(type, parameters + types.length - 1);
  });
  body(fn, ...Array.from({ length: parameters }, (_, index) => createLocal("i32", index)));
  const locals = vector(types.map((type) => [1, TYPE_CODES[type]]));
  // A function with a result ends with `return`, so its end is unreachable.
  const end = result === "void" ? [0x0b] : [0x00, 0x0b];
  return [...unsigned(locals.length + code.length + end.length), ...locals].concat(code, end);
}

function createFunctionBuilder(
  emit: (...parts: (readonly number[])[]) => void,
  local: FunctionBuilder["local"],
): FunctionBuilder {
  const set: FunctionBuilder["set"] = (target, value) =>
    emit(value.bytes, [0x21], unsigned(target.index));
  const assign: FunctionBuilder["let"] = (value) => {
    const target = local(value.type);
    set(target, value);
    return target;
  };
  const callBytes = (callee: WasmFunction, args: readonly I32[]): number[] => {
    if (args.length !== callee.parameters) throw new Error("wrong number of arguments");
    return [...args.flatMap((arg) => arg.bytes), 0x10, ...unsigned(callee.index)];
  };
  const loop: FunctionBuilder["while"] = (condition, body) => {
    emit([0x02, NO_RESULT, 0x03, NO_RESULT], i32.isZero(condition()).bytes, [0x0d, 1]);
    body();
    emit([0x0c, 0, 0x0b, 0x0b]);
  };
  return {
    local,
    let: assign,
    set,
    do: (statement) => emit(statement.bytes),
    call: (callee, ...args) => emit(callBytes(callee, args)),
    result: (callee, ...args) => ({ type: "i32", bytes: callBytes(callee, args) }),
    return: (value) => emit(value?.bytes ?? [], [0x0f]),
    if: (condition, then, otherwise) => {
      emit(condition.bytes, [0x04, NO_RESULT]);
      then();
      if (otherwise !== undefined) {
        emit([0x05]);
        otherwise();
      }
      emit([0x0b]);
    },
    while: loop,
    for: (from, end, body, step = 1) => {
      const counter = assign(from);
      loop(
        () => i32.less(counter, end),
        () => {
          body(counter);
          set(counter, i32.add(counter, i32.const(step)));
        },
      );
    },
  };
}
