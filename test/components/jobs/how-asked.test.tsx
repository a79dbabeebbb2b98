import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { HowAsked, placesInWords } from "@/components/jobs/how-asked";
import { CountryCode } from "@/schemas/country";
import type { ServiceRef } from "@/schemas/job-spec";
import { aSpec } from "@/test/components/jobs/a-job-snapshot";

afterEach(cleanup);

const DE = CountryCode.parse("DE");
const KE = CountryCode.parse("KE");
const api = { connection: "vendor", dialect: "openai" as const };
const vendor: ServiceRef = {
  id: "vendor-a",
  door: "exit",
  model: "model-a",
  api: { ...api, base_url: "https://api.vendor.example/v1" },
};
const local: ServiceRef = {
  id: "local",
  door: "home",
  model: "llama",
  api: { ...api, base_url: "http://127.0.0.1:11434/v1" },
};
const lines = () => screen.getAllByRole("listitem").map(({ textContent }) => textContent);

describe("how a job is asked", () => {
  it("says by which way each service is asked, and from where", () => {
    const control: ServiceRef = { id: "control-open", door: "model", model: "control-open" };
    render(
      <HowAsked
        spec={aSpec({ services: [control, vendor, local], countries: [DE, KE], home: true })}
      />,
    );
    expect(lines()).toEqual([
      "control-open, through the rented machine: Germany and Kenya",
      "vendor-a (model-a at api.vendor.example), through the provider’s exit: Germany, Kenya and Home",
      "local (llama at 127.0.0.1:11434), from this machine only",
    ]);
    expect(screen.getByText(/It stands for no country/)).toBeTruthy();
    expect(screen.queryByRole("note")).toBeNull();
  });

  it("says nothing of home, and of no image, where there is none", () => {
    render(<HowAsked spec={aSpec()} />);
    expect(screen.queryByText("Home")).toBeNull();
    expect(screen.queryByText("Images")).toBeNull();
  });

  it("shows the images that are pinned", () => {
    const exit = { url: "https://images.example/exit.gvmi", sha3_224: "0".repeat(56) };
    render(<HowAsked spec={aSpec({ services: [vendor], images: { exit } })} />);
    expect(screen.getByText(exit.url)).toBeTruthy();
    expect(screen.getByRole("button", { name: new RegExp(exit.sha3_224) })).toBeTruthy();
  });

  it("says of faults that they were made on purpose", () => {
    const simulation = {
      providers: [
        { fault: "vanishes" as const, moment: "mid-run" as const, countries: [KE], share: 0.25 },
        { fault: "slow" as const, moment: "at-start" as const, countries: [], share: 1 },
      ],
      yagna: [{ fault: "restart" as const, after_s: 2, for_s: 10 }],
    };
    render(<HowAsked spec={aSpec({ simulation })} />);
    const said = screen.getByRole("note").textContent;
    expect(said).toContain("Faults were made on purpose in this job");
    expect(said).toContain("25% of the providers in Kenya: vanishes, after a few answers.");
    expect(said).toContain("100% of the providers in each country: is slow");
    expect(said).toContain("is restarted, 2 s after the first search for a provider, for 10 s");
  });
});

describe("places in words", () => {
  it("counts home as no country", () => {
    expect(placesInWords([DE, KE])).toBe("2 countries");
    expect(placesInWords([DE, "home"])).toBe("1 country and home");
    expect(placesInWords(["home"])).toBe("home");
  });
});
