import type { CountryCode } from "@/schemas/country";

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** The English name of a country by its ISO 3166-1 code. */
export const countryName = (code: CountryCode): string => names.of(code) ?? code;

/** The code alone, in its frame. Read out by its name. */
export function CountryChip({ code }: { code: CountryCode }) {
  return (
    <abbr
      title={countryName(code)}
      className="inline-grid min-w-7 place-items-center rounded-sm border border-line-strong px-1 py-[3px] font-sans text-[11px] font-semibold leading-none tracking-wider text-muted no-underline"
    >
      {code}
    </abbr>
  );
}

/** A country: code and name, never a flag. */
export function Country({ code }: { code: CountryCode }) {
  return (
    <span className="inline-flex items-center gap-2">
      <CountryChip code={code} />
      {countryName(code)}
    </span>
  );
}
