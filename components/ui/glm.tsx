import type { Amount } from "@/schemas/primitives";

/** Decimals that are shown; the whole amount stands in the title. */
const SHOWN_DECIMALS = 6;

/** An amount of GLM, cut to six decimals for the eye. What is smaller than that says so. */
export function Glm({ amount }: { amount: Amount }) {
  const [whole = "0", decimals = ""] = amount.split(".");
  const kept = decimals.slice(0, SHOWN_DECIMALS).replace(/0+$/, "");
  const isLost = whole === "0" && kept === "" && /[1-9]/.test(decimals);
  return (
    <span title={`${amount} GLM`} className="whitespace-nowrap tabular-nums">
      {isLost ? "below 0.000001" : kept === "" ? whole : `${whole}.${kept}`}
    </span>
  );
}
