import type { Amount } from "@/schemas/primitives";
import type { MoneyLine } from "@/schemas/snapshot";

/** Decimals that are shown; the whole amount stands in the title. */
const SHOWN_DECIMALS = 6;

/** An amount, cut to six decimals for the eye. What is smaller than that says so. */
export function Money({ amount, currency }: { amount: Amount; currency: MoneyLine["currency"] }) {
  const [whole = "0", decimals = ""] = amount.split(".");
  const kept = decimals.slice(0, SHOWN_DECIMALS).replace(/0+$/, "");
  const isLost = whole === "0" && kept === "" && /[1-9]/.test(decimals);
  return (
    <span title={`${amount} ${currency}`} className="whitespace-nowrap tabular-nums">
      {isLost ? "below 0.000001" : kept === "" ? whole : `${whole}.${kept}`}
    </span>
  );
}

/** An amount of GLM, without its unit: that stands in the column's head. */
export const Glm = ({ amount }: { amount: Amount }) => <Money amount={amount} currency="GLM" />;
