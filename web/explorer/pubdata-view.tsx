/** The bytes of a block's public data, coloured by what they are. */
import { useRef, useState } from "preact/hooks";
import { formatAmount } from "../../src/sdk.ts";
import { TableScroll } from "../components/card.tsx";
import {
  shorten,
  showCounted,
  showName,
  showSymbol,
  toAddress,
  toWord,
} from "../components/text.ts";
import { useConnection } from "../rollup/connection.tsx";
import type { PubdataField, PubdataRow, PubdataType } from "./pubdata-layout.ts";

/** Names of colours, in the order of the legend. */
const LEGEND: readonly (readonly [string, readonly PubdataType[]])[] = [
  ["operation", ["opCode"]],
  ["account", ["accountId"]],
  ["token", ["tokenId"]],
  ["amount", ["packedAmount", "amount"]],
  ["fee", ["packedFee"]],
  ["address", ["address"]],
  ["nonce", ["nonce"]],
  ["key hash", ["field"]],
  ["count or slot", ["count", "slotIndex"]],
  ["unused", ["unused"]],
];

function colorOf(type: PubdataType): number {
  return LEGEND.findIndex(([, types]) => types.includes(type));
}

/** Writes the value of a field for a person. */
function useShowValue(): (row: PubdataRow, field: PubdataField) => string {
  const { tokens } = useConnection();
  return ({ tokenId, operation }, { type, value }) => {
    const token = tokens.find(({ id }) => id === tokenId);
    switch (type) {
      case "opCode":
        return `${showName(operation ?? "unknown")} (${value})`;
      case "amount":
      case "packedAmount":
      case "packedFee":
        return token === undefined
          ? `${value} smallest units`
          : `${formatAmount(value, token)} ${showSymbol(token.symbol)}`;
      case "address":
        return toAddress(value);
      case "field":
        return toWord(value);
      default:
        return value.toString();
    }
  };
}

function showPlace({ part, slot }: PubdataRow): string {
  if (slot === undefined) return "Head";
  return part === "record" ? `Slot ${slot}` : `Slot ${slot}, extension`;
}

export function PubdataView({ rows }: { readonly rows: readonly PubdataRow[] }) {
  const showValue = useShowValue();
  const bytes = rows.reduce(
    (sum, { fields }) => sum + fields.reduce((all, { hex }) => all + hex.length / 2, 0),
    0,
  );
  return (
    <>
      <p class="note">
        {showCounted(bytes, "byte")}: the number of records, the records, and what some operations
        add. Point at a field, or reach it by Tab and the arrow keys.
      </p>
      <Legend />
      <Bytes rows={rows} showValue={showValue} />
      <details>
        <summary>The same as a table</summary>
        <FieldTable rows={rows} showValue={showValue} />
      </details>
    </>
  );
}

function Legend() {
  return (
    <ul class="legend" aria-label="Colours">
      {LEGEND.map(([name], index) => (
        <li key={name}>
          <span class={`swatch field-${index}`} aria-hidden="true" /> {name}
        </li>
      ))}
    </ul>
  );
}

interface ViewProps {
  readonly rows: readonly PubdataRow[];
  readonly showValue: (row: PubdataRow, field: PubdataField) => string;
}

/** Keys that move among the fields, and by how many. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  Home: -Infinity,
  End: Infinity,
};

/** One stop of Tab for all fields: a block of 256 slots has thousands. */
function Bytes({ rows, showValue }: ViewProps) {
  const [current, setCurrent] = useState(0);
  const host = useRef<HTMLDivElement>(null);
  const flat = rows.flatMap((row) => row.fields.map((field) => ({ row, field })));
  const shown = flat[current] ?? flat[0]!;
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(current + step, 0), flat.length - 1);
    setCurrent(next);
    host.current?.querySelectorAll("button")[next]?.focus();
  };
  let index = 0;
  return (
    <div class="pubdata">
      <p class="pubdata-shown" aria-live="polite">
        <strong>{showPlace(shown.row)}</strong> · {shown.field.name}:{" "}
        <bdi class="mono">{showValue(shown.row, shown.field)}</bdi>{" "}
        <span class="faint">
          at byte {shown.field.offsetBytes}, {showCounted(shown.field.hex.length / 2, "byte")}
        </span>
      </p>
      <div class="bytes" role="group" aria-label="Fields" ref={host} onKeyDown={move}>
        {rows.map((row) => (
          <div class="bytes-row" key={`${row.part}/${row.slot}`}>
            <span class="bytes-place">{showPlace(row)}</span>
            <span class="bytes-fields">
              {row.fields.map((field) => {
                const place = index++;
                return (
                  <button
                    key={place}
                    type="button"
                    class={`byte-field field-${colorOf(field.type)}`}
                    tabIndex={place === current ? 0 : -1}
                    aria-label={`${showPlace(row)}, ${field.name}: ${showValue(row, field)}, ${field.hex}`}
                    aria-current={place === current}
                    onPointerEnter={() => setCurrent(place)}
                    onFocus={() => setCurrent(place)}
                  >
                    {field.hex}
                  </button>
                );
              })}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}

function FieldTable({ rows, showValue }: ViewProps) {
  return (
    <TableScroll label="Fields of the public data">
      <table>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
            <th scope="col">Bytes</th>
            <th scope="col" class="number">
              Offset
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.flatMap((row) =>
            row.fields.map((field) => (
              <tr key={field.offsetBytes}>
                <td class="nowrap">{showPlace(row)}</td>
                <td>{field.name}</td>
                <td>
                  <bdi>{showValue(row, field)}</bdi>
                </td>
                <td class="mono">{shorten(field.hex)}</td>
                <td class="number">{field.offsetBytes}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </TableScroll>
  );
}
