import { CountryCode } from "@/schemas/country";
import type { CountryClaim, ExitLook, FailedLook } from "@/schemas/evidence";
import { Instant } from "@/schemas/primitives";

export const [KE, ZA, DE] = (["KE", "ZA", "DE"] as const).map((code) =>
  CountryCode.parse(code),
) as [CountryCode, CountryCode, CountryCode];

export const AT = Instant.parse("2026-11-22T12:00:00.000Z");

/** What databases named `db-0`, `db-1` and so on say of an address. */
export const saying = (...countries: readonly (CountryCode | null)[]): ExitLook["opinions"] =>
  countries.map((country, i) => ({ database: `db-${i}`, built: "2026-06-17", country }));

export const TLS = { protocol: "TLSv1.3", certificate_sha256: "ab".repeat(32) };

/** A look before the first task, over TLS, at an exit that two databases place in Kenya. */
export const aLook = (fields: Partial<ExitLook> = {}): ExitLook => ({
  at: AT,
  when: "before",
  echo: "https://echo-a.example/ip",
  address: "41.90.64.1",
  round_trip_ms: 80,
  answer_sha256: "cd".repeat(32),
  peer: { address: null, tls: TLS },
  opinions: saying(KE, KE),
  network: { asn: 33771, name: "Safaricom Limited", kind: null },
  ...fields,
});

/** Everything that `verified` needs: two echo services, before and after. */
export const fourLooks = (fields: Partial<ExitLook> = {}): readonly ExitLook[] =>
  (["before", "after"] as const).flatMap((when) =>
    ["https://echo-a.example/ip", "https://echo-b.example/"].map((echo) =>
      aLook({ when, echo, ...fields }),
    ),
  );

/** A look after the last task that nothing came back of. */
export const aFailedLook = (fields: Partial<FailedLook> = {}): FailedLook => ({
  at: AT,
  when: "after",
  echo: "https://echo-a.example/ip",
  code: "EXIT_REFUSED",
  ...fields,
});

export const aClaim = (fields: Partial<CountryClaim> = {}): CountryClaim => ({
  country: KE,
  source: "relay address 41.90.64.1, db-0",
  at: AT,
  ...fields,
});
