import { HOME, type Place } from "@/schemas/country";

const names = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });

/** The English name of a place: a country's by its ISO 3166-1 code, or that of the machine that Beacon runs on. */
export const placeName = (place: Place): string =>
  place === HOME ? "Home" : (names.of(place) ?? place);

/** What the name of a place leaves unsaid, for a tooltip. */
const titleOf = (place: Place): string =>
  place === HOME ? "Home: the machine that Beacon runs on, no country's vantage" : placeName(place);

/** The code alone, in its frame. Read out by its name. */
export function CountryChip({ code }: { code: Place }) {
  return (
    <abbr
      title={titleOf(code)}
      className={`inline-grid min-w-7 place-items-center rounded-sm border px-1 py-[3px] font-sans text-[11px] font-semibold leading-none tracking-wider text-muted no-underline ${code === HOME ? "border-dashed border-line-strong" : "border-line-strong"}`}
    >
      {code}
    </abbr>
  );
}

/** A place: code and name, never a flag. Home is framed with dashes: it stands for no country. */
export function Country({ code }: { code: Place }) {
  return (
    <span className="inline-flex items-center gap-2">
      <CountryChip code={code} />
      {placeName(code)}
    </span>
  );
}
