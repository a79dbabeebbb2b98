/** A property of an offer or a demand, as it stands in JSON. */
export type Properties = { readonly [key: string]: unknown };

const CONDITION = /\(([^()&|=<>]+?)(>=|<=|=|>|<)([^()]*)\)/g;

/**
 * Whether properties meet constraints such as `(&(a=b)\n\t(c>=1))`: all conditions, read flat.
 * That is all golem-js writes; real yagna knows `|` and `!` too.
 */
export function meets(properties: Properties, constraints: string): boolean {
  return [...constraints.matchAll(CONDITION)].every(([, key = "", operator = "", wanted = ""]) =>
    holds(properties[key.trim()], operator, wanted),
  );
}

function holds(value: unknown, operator: string, wanted: string): boolean {
  if (value === undefined) return false;
  if (operator === "=") {
    if (wanted === "*") return true;
    return Array.isArray(value) ? value.map(String).includes(wanted) : String(value) === wanted;
  }
  const difference = Number(value) - Number(wanted);
  if (operator === ">=") return difference >= 0;
  if (operator === "<=") return difference <= 0;
  return operator === ">" ? difference > 0 : difference < 0;
}
