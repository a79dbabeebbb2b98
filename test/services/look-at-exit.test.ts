import { describe, expect, it } from "vitest";
import { ExitLook, FailedLook } from "@/schemas/evidence";
import { withDeadline } from "@/server/adapters/clock/deadline";
import type { AddressDatabase } from "@/server/adapters/geo/address-database";
import type { NetworkDatabase } from "@/server/adapters/geo/network-database";
import type { ExitProbe } from "@/server/adapters/golem/vantage";
import { hex, utf8 } from "@/server/domain/bytes";
import { BeaconError } from "@/server/domain/errors";
import { sha256 } from "@/server/domain/sha256";
import { lookAtExit } from "@/server/services/look-at-exit";
import { aFailedLook, aLook, DE, KE } from "@/test/domain/vantage/a-look";
import { NOON } from "@/test/support/builders";

const database = (name: string, country: typeof DE | null): AddressDatabase => ({
  name,
  built: "2026-06-17",
  countryOf: () => country,
});
const networks: NetworkDatabase = {
  name: "networks",
  built: null,
  networkOf: () => ({ asn: 24_940, name: "Hetzner Online GmbH" }),
};
const A = "https://echo-a.example/ip";
const B = "https://echo-b.example/ip";
const deps = {
  databases: [database("one", DE), database("other", null)],
  networks,
  echoes: [A, B],
  withDeadline,
  now: () => NOON,
};

const answer = utf8('{"ip":"95.216.0.1"}');
const probe = (echo: string): ExitProbe => ({
  at: NOON,
  echo,
  address: "95.216.0.1",
  roundTripMs: 12.5,
  answer,
  peer: { address: null, tls: null },
});
const vantage = (probeExit: (echo: string, signal: AbortSignal) => Promise<ExitProbe>) => ({
  probeExit,
  lost: new AbortController().signal,
});
const gone = new BeaconError("GOLEM_TUNNEL_FAILED", "no tunnel");
const refused = new BeaconError("GOLEM_TUNNEL_FAILED", "not let out", {
  details: { problem: "EXIT_REFUSED" },
});
const NONE = { looks: [], failed: [] };

describe("lookAtExit", () => {
  it("keeps what every database says of every echo service's look", async () => {
    const { looks, failed } = await lookAtExit(
      deps,
      vantage(async (echo) => probe(echo)),
      NONE,
      "before",
    );
    expect(looks.map(({ echo }) => echo)).toEqual([A, B]);
    expect(failed).toEqual([]);
    expect(ExitLook.parse(looks[0])).toEqual({
      at: "2026-11-22T12:00:00.000Z",
      when: "before",
      echo: A,
      address: "95.216.0.1",
      round_trip_ms: 12.5,
      answer_sha256: hex(sha256(answer)),
      peer: { address: null, tls: null },
      opinions: [
        { database: "one", built: "2026-06-17", country: DE },
        { database: "other", built: "2026-06-17", country: null },
      ],
      network: { asn: 24_940, name: "Hetzner Online GmbH", kind: "hosting" },
    });
  });

  it("puts the looks of afterwards behind the earlier ones", async () => {
    const before = {
      looks: [aLook({ opinions: [{ database: "one", built: null, country: KE }] })],
      failed: [aFailedLook({ when: "before" })],
    };
    const { looks, failed } = await lookAtExit(
      deps,
      vantage(async (echo) => probe(echo)),
      before,
      "after",
    );
    expect(looks.map(({ when }) => when)).toEqual(["before", "after", "after"]);
    expect(looks[0]).toBe(before.looks[0]);
    expect(failed).toEqual(before.failed);
  });

  it("asks all echo services side by side, each once, with a signal of its own", async () => {
    const asked: string[] = [];
    const signals = new Set<AbortSignal>();
    let open = () => {};
    const bothAsked = new Promise<void>((resolve) => {
      open = resolve;
    });
    await lookAtExit(
      { ...deps, echoes: [A, B, A] },
      vantage(async (echo, signal) => {
        asked.push(echo);
        signals.add(signal);
        if (asked.length === 2) open();
        await bothAsked;
        return probe(echo);
      }),
      NONE,
      "before",
    );
    expect(asked).toEqual([A, B]);
    expect(signals.size).toBe(2);
  });

  it("keeps a look that failed, with what went wrong", async () => {
    const { looks, failed } = await lookAtExit(
      deps,
      vantage(async (echo) => {
        if (echo === A) throw refused;
        return probe(echo);
      }),
      { looks: [], failed: [aFailedLook({ when: "before" })] },
      "after",
    );
    expect(looks.map(({ echo }) => echo)).toEqual([B]);
    expect(failed.map((look) => FailedLook.parse(look))).toEqual([
      aFailedLook({ when: "before" }),
      { at: "2026-11-22T12:00:00.000Z", when: "after", echo: A, code: "EXIT_REFUSED" },
    ]);
  });

  it("keeps the probe's own code where the reason has none", async () => {
    const details = { problem: "not an echo" };
    for (const error of [gone, new BeaconError("GOLEM_TUNNEL_FAILED", "no echo", { details })]) {
      const probes = vantage(() => Promise.reject(error));
      const { failed } = await lookAtExit(deps, probes, NONE, "before");
      expect(failed.map(({ code }) => code)).toEqual([gone.code, gone.code]);
    }
  });

  it("stops looking when the provider is lost, and has tried", async () => {
    const lost = new AbortController();
    const taken = lookAtExit(
      deps,
      {
        lost: lost.signal,
        probeExit: (_, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(gone));
          }),
      },
      NONE,
      "after",
    );
    lost.abort();
    const { looks, failed } = await taken;
    expect(looks).toEqual([]);
    expect(failed.map(({ echo, when }) => [echo, when])).toEqual([
      [A, "after"],
      [B, "after"],
    ]);
  });

  it("tries nothing through a provider that is lost already", async () => {
    const probeExit = () => Promise.reject(new Error("nobody is asked"));
    const before = { looks: [aLook()], failed: [] };
    expect(await lookAtExit(deps, { probeExit, lost: AbortSignal.abort() }, before, "after")).toBe(
      before,
    );
  });

  it("says so when no database knows the network", async () => {
    const unknown = { ...networks, networkOf: () => null };
    const {
      looks: [look],
    } = await lookAtExit(
      { ...deps, networks: unknown },
      vantage(async (echo) => probe(echo)),
      NONE,
      "before",
    );
    expect(look?.network).toBeNull();
  });

  it("passes on an error of ours", async () => {
    const broken = new Error("a bug");
    const looks = lookAtExit(
      deps,
      vantage(async () => {
        throw broken;
      }),
      NONE,
      "before",
    );
    await expect(looks).rejects.toBe(broken);
  });
});
