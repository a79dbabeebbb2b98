import { describe, expect, it } from "vitest";
import { CountryCode, HOME } from "@/schemas/country";
import { Door } from "@/schemas/job-spec";
import { allPlacesOf, placesOf, taskCountOf } from "@/server/domain/job/places";
import { aSpec } from "./job-specs";

const countries = ["DE", "KE"].map((code) => CountryCode.parse(code));
const api = { connection: "c", dialect: "openai", base_url: "https://a.example" };
const service = (door: Door, id = door as string) => ({
  id,
  door,
  model: "m",
  ...(door !== "model" && { api }),
});
const specOf = (doors: readonly Door[], home: boolean, of: readonly CountryCode[] = countries) =>
  aSpec({
    services: doors.map((door, i) => service(door, `s${i}`)),
    countries: of,
    contrasts: [],
    controls: [],
    ...(home && { home }),
  });

describe("where a service is asked from", () => {
  it.each([
    ["model", false, ["DE", "KE"]],
    ["model", true, ["DE", "KE"]],
    ["exit", false, ["DE", "KE"]],
    ["exit", true, ["DE", "KE", HOME]],
    ["home", false, [HOME]],
    ["home", true, [HOME]],
  ] as const)("through the %s door with home %s: %j", (door, home, places) => {
    expect(placesOf({ countries, ...(home && { home }) }, { door })).toEqual(places);
  });

  it("is told for every door that there is", () => {
    for (const door of Door.options)
      expect(placesOf({ countries, home: true }, { door }).length).toBeGreaterThan(0);
  });

  it("is home alone for a service on the internet that no country is asked for", () => {
    expect(placesOf({ countries: [], home: true }, { door: "exit" })).toEqual([HOME]);
    expect(placesOf({ countries: [] }, { door: "model" })).toEqual([]);
  });
});

describe("every place of a job", () => {
  it.each<[readonly Door[], boolean, readonly string[]]>([
    [["model"], true, ["DE", "KE"]],
    [["exit"], false, ["DE", "KE"]],
    [["exit"], true, ["DE", "KE", HOME]],
    [["model", "exit"], true, ["DE", "KE", HOME]],
    [["model", "home"], false, ["DE", "KE", HOME]],
    [["exit", "home"], true, ["DE", "KE", HOME]],
  ])(
    "of %j with home %s is %j: the countries in their order, then home, once",
    (doors, home, of) => {
      expect(allPlacesOf(specOf(doors, home))).toEqual(of);
    },
  );

  it("is home alone when nothing else is asked", () => {
    expect(allPlacesOf(specOf(["home"], false, []))).toEqual([HOME]);
  });
});

describe("how many tasks a job announces", () => {
  it.each<[readonly Door[], boolean, number]>([
    [["model"], false, 2],
    [["exit"], false, 2],
    [["exit"], true, 3],
    [["home"], false, 1],
    [["model", "exit", "home"], true, 6],
    [["home", "home"], false, 2],
  ])("for %j with home %s: %i a prompt and repeat", (doors, home, places) => {
    const spec = specOf(doors, home);
    expect(taskCountOf(spec)).toBe(spec.prompts.length * spec.repeats * places);
  });
});
