import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { createQueryClient } from "@/components/query-client";
import { type ServiceActs, ServiceAdminParts } from "@/components/services/service-admin";
import { ServiceList } from "@/components/services/service-list";
import type { Instant } from "@/schemas/primitives";
import { ServiceSettings, type ServiceView } from "@/schemas/service";

afterEach(cleanup);

const CANARY = "sk-canary-page-91c4";
const SINCE = "2026-11-22T12:00:00.000Z" as Instant;
const aView = (fields: Partial<ServiceView> = {}): ServiceView => ({
  id: "vendor",
  name: "A vendor",
  dialect: "openai",
  base_url: "https://api.vendor.example/v1",
  door: "exit",
  models: [{ name: "model-a" }],
  requests_per_minute: 60,
  concurrency: 4,
  is_simulated: false,
  has_key: false,
  key_since: null,
  paused_until: null,
  pause_reason: null,
  ...fields,
});

/** What was called, by name, with what. */
function recorded(fields: Partial<ServiceActs> = {}) {
  const calls: [name: keyof ServiceActs, ...given: unknown[]][] = [];
  const act =
    (name: keyof ServiceActs) =>
    async (...given: unknown[]) =>
      void calls.push([name, ...given]);
  const acts: ServiceActs = {
    save: act("save"),
    setKey: act("setKey"),
    pause: act("pause"),
    remove: act("remove"),
    ...fields,
  };
  return { calls, acts };
}

function show(services: readonly ServiceView[], acts: ServiceActs) {
  const client = createQueryClient();
  render(
    <QueryClientProvider client={client}>
      <ServiceAdminParts services={services} acts={acts} />
    </QueryClientProvider>,
  );
  return client;
}
const keyInput = () => screen.getByLabelText(/key/i, { selector: "input" }) as HTMLInputElement;
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const type = (label: RegExp | string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

describe("the public list", () => {
  it("shows limits, models, prices with their source, and whether a key is stored", () => {
    const price = {
      input_usd_per_mtok: "0.25",
      output_usd_per_mtok: "2",
      source: "the vendor’s page",
      date: "2026-11-01",
    };
    render(
      <ServiceList
        services={[
          aView({ models: [{ name: "model-a", price }, { name: "model-b" }] }),
          aView({ id: "keyed", name: "Keyed", has_key: true, key_since: SINCE }),
        ]}
      />,
    );
    const [vendor, keyed] = screen.getAllByRole("region", { name: /^Service / });
    expect(vendor?.textContent).toContain("60 requests a minute, 4 at a time");
    expect(vendor?.textContent).toContain("none is stored");
    expect(vendor?.textContent).toContain("the vendor’s page, 2026-11-01");
    const [, b] = within(vendor ?? document.body)
      .getAllByRole("row")
      .slice(1);
    expect(b?.textContent).toContain("by Beacon’s price table");
    expect(keyed?.textContent).toContain("a key is stored since 22 Nov 2026");
    expect(screen.queryByRole("button")).toBeNull();
    expect(document.querySelector("input")).toBeNull();
  });

  it("says what is simulated and what is paused, and why", () => {
    const paused = { paused_until: SINCE, pause_reason: "It failed 5 times in a row." };
    render(<ServiceList services={[aView({ is_simulated: true, ...paused })]} />);
    expect(screen.getByText("simulated")).toBeTruthy();
    expect(screen.getByText("paused")).toBeTruthy();
    expect(document.body.textContent).toContain("It failed 5 times in a row.");
  });

  it("says that there is none", () => {
    render(<ServiceList services={[]} />);
    expect(screen.getByText("No service is laid down here yet.")).toBeTruthy();
  });
});

describe("an admin's key", () => {
  it("goes in hidden, is sent once, and is nowhere on the page nor in a cache afterwards", async () => {
    const { calls, acts } = recorded();
    const client = show([aView()], acts);
    const input = keyInput();
    expect(input.type).toBe("password");
    expect(input.autocomplete).toBe("off");
    expect(input.value).toBe("");
    fireEvent.change(input, { target: { value: ` ${CANARY} ` } });
    press("Store the key");
    await expect.poll(() => calls).toEqual([["setKey", "vendor", CANARY]]);
    await screen.findByRole("button", { name: "Store the key" });
    expect(keyInput().value).toBe("");
    expect(document.documentElement.outerHTML).not.toContain(CANARY);
    const kept = client.getMutationCache().getAll();
    expect(JSON.stringify(kept.map(({ state }) => state))).not.toContain(CANARY);
  });

  it("is said to be stored, and can be replaced or forgotten, not looked at", async () => {
    const { calls, acts } = recorded();
    show([aView({ has_key: true, key_since: SINCE })], acts);
    expect(document.body.textContent).toContain("a key is stored since 22 Nov 2026");
    expect(keyInput().value).toBe("");
    press("Forget the key");
    await expect.poll(() => calls).toEqual([["setKey", "vendor", null]]);
  });

  it("takes none where a key would travel the internet in the clear, and says why", () => {
    const { acts } = recorded();
    show([aView({ door: "home", base_url: "http://llm.vendor.example/v1" })], acts);
    expect(screen.queryByLabelText(/key/i, { selector: "input" })).toBeNull();
    expect(screen.getByText(/No key is taken for llm.vendor.example: without https/)).toBeTruthy();
  });

  it("is asked for again when it was refused", async () => {
    const { acts } = recorded({
      setKey: async () => {
        throw Object.assign(new Error("There is no service vendor here."), {
          data: { beaconCode: "SERVICE_NOT_FOUND" },
        });
      },
    });
    show([aView()], acts);
    fireEvent.change(keyInput(), { target: { value: CANARY } });
    press("Store the key");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("SERVICE_NOT_FOUND");
    expect(keyInput().value).toBe("");
    expect(document.documentElement.outerHTML).not.toContain(CANARY);
  });
});

describe("an admin's settings", () => {
  it("lay a service down that the schema accepts; the vendor's address follows the dialect", async () => {
    const { calls, acts } = recorded();
    show([], acts);
    press("Add a service");
    type("Name in job specs", "claude");
    type("Name for people", "Claude");
    fireEvent.change(screen.getByLabelText("Dialect"), { target: { value: "anthropic" } });
    type("Model 1", "model-a");
    type(/^Input/, "3");
    type(/^Output/, "15");
    type("Price from", "the vendor’s page");
    type("Of the day", "2026-11-01");
    press("Add a model");
    type("Model 2", "model-b");
    press("Save");
    await expect.poll(() => calls.length).toBe(1);
    expect(ServiceSettings.parse(calls[0]?.[1])).toEqual({
      id: "claude",
      name: "Claude",
      dialect: "anthropic",
      base_url: "https://api.anthropic.com/v1",
      door: "exit",
      requests_per_minute: 60,
      concurrency: 4,
      models: [
        {
          name: "model-a",
          price: {
            input_usd_per_mtok: "3",
            output_usd_per_mtok: "15",
            source: "the vendor’s page",
            date: "2026-11-01",
          },
        },
        { name: "model-b" },
      ],
    });
    await screen.findByRole("button", { name: "Add a service" });
  });

  it("keep an address that somebody typed", () => {
    show([], recorded().acts);
    press("Add a service");
    type(/^Base URL/, "https://gateway.example/v1");
    fireEvent.change(screen.getByLabelText("Dialect"), { target: { value: "google" } });
    expect((screen.getByLabelText(/^Base URL/) as HTMLInputElement).value).toBe(
      "https://gateway.example/v1",
    );
  });

  it("are changed from what they are, under the same name", async () => {
    const { calls, acts } = recorded();
    const view = aView({ door: "home", requests_per_minute: 7 });
    show([view], acts);
    press("Change the settings of A vendor");
    const id = screen.getByLabelText("Name in job specs") as HTMLInputElement;
    expect(id.readOnly).toBe(true);
    type("Requests at a time", "9");
    press("Save");
    await expect.poll(() => calls.length).toBe(1);
    const { is_simulated, has_key, key_since, paused_until, pause_reason, ...settings } = view;
    expect(calls).toEqual([["save", { ...settings, concurrency: 9 }]]);
  });

  it("show the server's refusal and stay as typed", async () => {
    const { acts } = recorded({
      save: async () => {
        throw Object.assign(new Error("Providers cannot reach 10.0.0.1."), {
          data: { beaconCode: "SERVICE_INVALID" },
        });
      },
    });
    show([aView()], acts);
    press("Change the settings of A vendor");
    type(/^Base URL/, "https://10.0.0.1/v1");
    press("Save");
    expect((await screen.findByRole("alert")).textContent).toContain("SERVICE_INVALID");
    expect((screen.getByLabelText(/^Base URL/) as HTMLInputElement).value).toBe(
      "https://10.0.0.1/v1",
    );
  });

  it("pause, and ask again", async () => {
    const { calls, acts } = recorded();
    const paused = { paused_until: SINCE, pause_reason: "An admin paused it." };
    show([aView(), aView({ id: "b", name: "B", ...paused })], acts);
    press("Pause A vendor for an hour");
    press("Ask B again");
    await expect
      .poll(() => calls)
      .toEqual([
        ["pause", "vendor", 60],
        ["pause", "b", 0],
      ]);
  });

  it("are removed after asking once", async () => {
    const { calls, acts } = recorded();
    show([aView()], acts);
    press("Remove A vendor…");
    press("Keep it");
    press("Remove A vendor…");
    expect(calls).toEqual([]);
    press("Remove A vendor");
    await expect.poll(() => calls).toEqual([["remove", "vendor"]]);
  });
});
