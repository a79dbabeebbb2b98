import { CountryCode } from "@/schemas/country";

/** `DE,US` as countries; null when none is named or one is none. */
export function countriesOf(text: string | undefined): readonly CountryCode[] | null {
  const codes = (text ?? "").split(",").map((code) => code.trim().toUpperCase());
  const parsed = CountryCode.array().safeParse(codes);
  return parsed.success ? [...new Set(parsed.data)] : null;
}
