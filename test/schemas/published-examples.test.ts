import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { AttestationReport } from "@/schemas/attestation";
import { Comparison } from "@/schemas/comparison";
import { LiveFrame } from "@/schemas/live-event";
import { LogEntry } from "@/schemas/log-entry";
import { ReceiptExtra } from "@/schemas/receipt";
import { CODE_OF_INVALID_EXAMPLE } from "@/test/schemas/invalid-examples";
import { ROOT } from "@/test/support/run-tool";

const EXAMPLES = join(ROOT, "schemas", "examples");
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const namesIn = (folder: string): string[] =>
  readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

/** A stranger's JSON Schema validator (draft 2020-12) over a published schema. */
function validatorOf(published: string) {
  // `base64` is no format of JSON Schema: beside it stands a pattern that says the same.
  const ajv = formats.default(new Ajv2020({ formats: { base64: true } }));
  return ajv.compile(
    readJson(join(ROOT, "public", "schemas", `${published}.schema.json`)) as object,
  );
}

type Kind = {
  /** The folder of its examples. */
  readonly folder: string;
  /** The published JSON Schema. */
  readonly published: string;
  readonly schema: z.ZodType;
  /** Every invalid example, and where it breaks the schema. */
  readonly breaks: Readonly<Record<string, string>>;
};

const KINDS: readonly Kind[] = [
  {
    folder: "log-entry",
    published: "log-entry",
    schema: LogEntry,
    breaks: {
      "cid-of-a-tree": "cid",
      "cost-in-floating-point": "cost_glm",
      "country-as-a-name": "country",
      "fault-of-nobody": "fault",
      "field-unknown": "",
      "kind-unknown": "type",
      "no-task-announced": "tasks",
      "response-bytes-unnamed": "cid",
      "runner-speaks-for-an-organisation": "",
      "state-of-its-own": "state",
      "time-without-milliseconds": "at",
      "version-two": "v",
    },
  },
  {
    folder: "receipt",
    published: "receipt-extra",
    schema: ReceiptExtra,
    breaks: {
      "field-unknown": "",
      "index-below-zero": "intent.index",
      "key-unsaid": "key",
      "payload-of-another-type": "dsse.payloadType",
      "proof-too-long": "intent.proof",
      "signature-short": "dsse.signatures.0.sig",
      "two-signatures": "dsse.signatures",
      unsigned: "dsse",
    },
  },
  {
    folder: "comparison",
    published: "comparison",
    schema: Comparison,
    breaks: {
      "algorithm-unnamed": "engine.similarity",
      "cause-stated": "",
      "count-below-zero": "closed.failures",
      "id-of-a-job": "id",
      "rung-of-its-own": "finding.rung",
      "similarity-above-one": "groups.0.similarity.0.0",
      "similarity-said-to-be-measured": "groups.0.similarity.0.0",
      "state-with-no-response": "groups.0.cells.0.states.answered",
    },
  },
  {
    folder: "attestation",
    published: "attestation",
    schema: AttestationReport,
    breaks: {
      "check-without-a-reason": "checklist.0.reason",
      "checklist-left-out": "checklist",
      "comparison-of-another-kind": "comparison",
      "comparison-unnamed": "comparison_cid",
      "field-unknown": "",
      "interest-empty": "interest",
      "organisation-in-two-lines": "organisation",
      "reason-of-its-own": "reasons.0",
      "reasons-none": "reasons",
      "statement-too-long": "statement",
      "time-in-another-zone": "signed_at",
      "verdict-of-its-own": "verdict",
    },
  },
  {
    folder: "live-event",
    published: "live-event",
    schema: LiveFrame,
    breaks: {
      "attestation-unnamed": "attestationId",
      "comparison-named-by-an-attestation": "comparisonId",
      "data-along-with-the-event": "",
      "gap-after-nothing": "after",
      "hello-that-keeps-nothing": "keptHours",
      "hello-with-an-id": "",
      "id-as-a-number": "id",
      "id-below-zero": "id",
      "id-of-twenty-digits": "id",
      "job-of-another-kind": "jobId",
      "kind-unknown": "kind",
      "size-below-zero": "size",
      "time-unsaid": "at",
      "time-without-milliseconds": "at",
      "version-two": "v",
      "version-unsaid": "v",
    },
  },
];

describe.each(KINDS)("examples of $folder", ({ folder, published, schema, breaks }) => {
  const read = (kind: string, name: string) =>
    readJson(join(EXAMPLES, folder, kind, `${name}.json`));
  const isPublished = validatorOf(published);

  it.each(namesIn(join(EXAMPLES, folder, "valid")))(
    "%s is valid, by our own schema and by the published one",
    (name) => {
      const document = read("valid", name);
      expect(schema.parse(document)).toEqual(document);
      expect(isPublished(document) ? [] : isPublished.errors).toEqual([]);
    },
  );

  it("invalid ones each have their line in the table, and no line lacks its file", () => {
    expect(namesIn(join(EXAMPLES, folder, "invalid")).sort()).toEqual(Object.keys(breaks).sort());
  });

  it.each(Object.entries(breaks))("%s is refused at %j, by both", (name, path) => {
    const document = read("invalid", name);
    const issues = schema.safeParse(document).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join("."))).toEqual([path]);
    expect(isPublished(document)).toBe(false);
  });
});

/** Why JSON Schema takes these: what refuses them looks at several fields at once, or at what an address means. */
const REFUSED_BEYOND_JSON_SCHEMA: Readonly<Record<string, string>> = {
  "address-with-key": "what in an address is a key",
  "budget-nothing": "a sum of zero, which stands as digits like any other",
  "budget-over-limit": "the limit of the installation",
  "contrast-country-not-asked": "a contrast against the list of countries",
  "control-service-unknown": "a control against the list of services",
  "countries-without-service": "countries against the doors of the services",
  "exit-without-tls": "the door of a service against its address",
  "home-not-asked": "a contrast against `home`",
  "home-without-exit": "`home` against the doors of the services",
  "prompt-id-twice": "the ids of all prompts",
  "service-without-place": "services against the list of countries",
  "too-many-tasks": "prompts times services times countries times repeats",
};

describe("invalid job specifications", () => {
  const names = namesIn(join(EXAMPLES, "invalid"));
  const read = (name: string) => readJson(join(EXAMPLES, "invalid", `${name}.json`));
  const isPublished = validatorOf("job-spec");

  it("each have their code, and no reason lacks its file", () => {
    expect(names.toSorted()).toEqual(Object.keys(CODE_OF_INVALID_EXAMPLE).toSorted());
    expect(names).toEqual(expect.arrayContaining(Object.keys(REFUSED_BEYOND_JSON_SCHEMA)));
  });

  it.each(names.filter((name) => !(name in REFUSED_BEYOND_JSON_SCHEMA)))(
    "%s is refused by the published schema",
    (name) => {
      expect(isPublished(read(name))).toBe(false);
    },
  );

  it.each(Object.entries(REFUSED_BEYOND_JSON_SCHEMA))(
    "%s fits the published schema, which cannot say: %s",
    (name) => {
      expect(isPublished(read(name)) ? [] : isPublished.errors).toEqual([]);
    },
  );
});

describe("examples of what is tested elsewhere", () => {
  it.each([
    ["demonstration", "job-spec"],
    ["exit", "job-spec"],
    ["home", "job-spec"],
    ["quick", "job-spec"],
    ["simulation", "job-spec"],
    ["evidence/vantage", "vantage"],
    ["evidence/exchange", "exchange"],
    ["bundle/manifest", "bundle-manifest"],
  ])("%s fits the published %s schema", (name, published) => {
    const isPublished = validatorOf(published);
    expect(isPublished(readJson(join(EXAMPLES, `${name}.json`))) ? [] : isPublished.errors).toEqual(
      [],
    );
  });
});
