import { CountryCode } from "@/schemas/country";

/** Countries that are often meant together. */
export type CountryGroup = {
  readonly name: string;
  readonly meaning: string;
  readonly countries: readonly CountryCode[];
};

const group = (name: string, meaning: string, codes: string): CountryGroup => ({
  name,
  meaning,
  countries: codes.split(" ").map((code) => CountryCode.parse(code)),
});

/**
 * Named groups, for picking countries quickly and for nothing else: a job spec lists countries, and nothing is
 * ever counted by group. Members as the organisations list them themselves, November 2026: European Union
 * (european-union.europa.eu), G7, permanent members of the Security Council (un.org), Nordic Council (norden.org),
 * ASEAN (asean.org, with Timor-Leste since October 2025), Gulf Cooperation Council (gcc-sg.org), East African
 * Community (eac.int), Mercosur's full members (mercosur.int).
 */
export const COUNTRY_GROUPS: readonly CountryGroup[] = [
  group(
    "EU",
    "European Union",
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE",
  ),
  group("G7", "Group of Seven", "CA FR DE IT JP GB US"),
  group("P5", "permanent members of the UN Security Council", "CN FR RU GB US"),
  group("Nordic", "states of the Nordic Council", "DK FI IS NO SE"),
  group("ASEAN", "Association of Southeast Asian Nations", "BN KH ID LA MY MM PH SG TH TL VN"),
  group("GCC", "Gulf Cooperation Council", "BH KW OM QA SA AE"),
  group("EAC", "East African Community", "BI CD KE RW SO SS TZ UG"),
  group("Mercosur", "Southern Common Market", "AR BO BR PY UY"),
];
