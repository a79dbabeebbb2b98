import { describe, expect, it } from "vitest";
import { BeaconError } from "@/server/domain/errors";
import { readEnv } from "@/server/env";

const OIDC = {
  BEACON_OIDC_ISSUER: "https://id.example.org",
  BEACON_OIDC_CLIENT_ID: "beacon",
  BEACON_OIDC_CLIENT_SECRET: "a secret",
};

/** What somebody reads who starts Beacon with these settings. */
function failureOf(settings: Record<string, string>): string {
  try {
    readEnv({ NODE_ENV: "test", ...settings });
    return "none";
  } catch (error) {
    if (!(error instanceof BeaconError)) throw error;
    return `${error.code} ${error.message}`;
  }
}

describe("the settings of OpenID Connect", () => {
  it("are all set, or none, and empty means not set", () => {
    expect(failureOf(OIDC)).toBe("none");
    expect(failureOf({})).toBe("none");
    expect(failureOf(Object.fromEntries(Object.keys(OIDC).map((name) => [name, ""])))).toBe("none");
    expect(failureOf({ BEACON_OIDC_NAME: "The newsroom" })).toBe("none");
  });

  it.each(Object.keys(OIDC))("say in one sentence that %s is missing", (name) => {
    const others = Object.keys(OIDC).filter((other) => other !== name);
    expect(failureOf({ ...OIDC, [name]: "" })).toBe(
      `CONFIG_INVALID ${name}: is not set; it is needed with ${others.join(" and ")}`,
    );
  });

  it("name an issuer that is encrypted, or on this machine", () => {
    for (const issuer of ["http://localhost:8080", "http://127.0.0.1:9", "http://[::1]:9/realm"])
      expect(failureOf({ ...OIDC, BEACON_OIDC_ISSUER: issuer })).toBe("none");
    for (const issuer of [
      "http://id.example.org",
      "http://localhost.evil.example",
      "id.example.org",
    ])
      expect(failureOf({ ...OIDC, BEACON_OIDC_ISSUER: issuer })).toMatch(
        /^CONFIG_INVALID BEACON_OIDC_ISSUER: /,
      );
  });
});
