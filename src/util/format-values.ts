/** Writes named values for a message: `delaySeconds = 5, neededSeconds = 7`. */
export function formatValues(values: { readonly [name: string]: unknown }): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(", ");
}
