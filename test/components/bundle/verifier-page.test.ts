import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { inflate } from "@/components/bundle/verifier-page/inflate";
import { startVerifier } from "@/components/bundle/verifier-page/start-verifier";
import { strangerText, visible } from "@/components/bundle/verifier-page/stranger-text";
import { vantageWords, whereFrom } from "@/components/bundle/verifier-page/where-from";
import { concat, utf8 } from "@/server/domain/bytes";
import { writeZip } from "@/server/services/write-bundle";
import { aBundle, evidencedEntries, filesOf, resealed } from "@/test/domain/bundle/a-bundle";
import {
  aKeyEntry,
  aLog,
  anIntent,
  aResult,
  aVantage,
  cidOfDocument,
} from "@/test/domain/verify/a-log";

const { bundle, log } = aBundle();

async function zipOf(of: typeof bundle): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeZip(of)) chunks.push(Uint8Array.from(chunk));
  return concat(...chunks);
}

/** What the page uses of a browser's file. */
const aFile = (name: string, bytes: Uint8Array) => ({
  name,
  size: bytes.length,
  arrayBuffer: async () => Uint8Array.from(bytes).buffer,
});

beforeEach(() => {
  const page = readFileSync(
    join(process.cwd(), "components/bundle/verifier-page/page.html"),
    "utf8",
  );
  document.body.innerHTML = /<main[\s\S]*<\/main>/.exec(page)?.[0] ?? "";
  startVerifier();
});

function give(id: "files" | "policy", ...files: readonly ReturnType<typeof aFile>[]): void {
  const input = document.getElementById(id) as HTMLInputElement;
  Object.defineProperty(input, "files", { value: files, configurable: true });
  input.dispatchEvent(new Event("change"));
}

const result = () => document.getElementById("result") as HTMLElement;
async function verdict(): Promise<string> {
  return vi.waitFor(
    () => {
      const title = result().querySelector(".verdict h2")?.textContent;
      if (!title) throw new Error("no verdict yet");
      return title;
    },
    { timeout: 10_000 },
  );
}

describe("the verifier page", () => {
  it("finds a whole bundle sound by the reader's policy", async () => {
    give("policy", aFile("mine.txt", utf8(log.policyText)));
    give("files", aFile("bundle.zip", await zipOf(bundle)));
    expect(await verdict()).toBe("Everything in this bundle holds.");
    expect(result().querySelector(".caution")).toBeNull();
    expect(result().querySelector(".simulated")?.textContent).toContain("Simulated");
    expect(result().querySelectorAll(".receipts > li")).toHaveLength(8);
  });

  it("says of the bundle's own policy that it shows no more than that files fit together", async () => {
    give("files", aFile("bundle.zip", await zipOf(bundle)));
    expect(await verdict()).toBe("The files of this bundle fit together.");
    expect(result().querySelector(".caution")?.textContent).toContain("does not show whose");
  });

  it("names what does not hold first, and judges again when the policy comes later", async () => {
    const files = await filesOf(bundle);
    const receipt = [...files.keys()].find((name) => /^receipts\/tsk-/.test(name)) ?? "";
    const bad = resealed(files, { [receipt]: utf8("not a receipt") });
    give("files", ...[...bad].map(([name, bytes]) => aFile(name, bytes)));
    expect(await verdict()).toBe("Do not rely on this bundle.");
    expect(result().querySelector(".problems .file")?.textContent).toBe(receipt);
    give("policy", aFile("p", utf8("nonsense")));
    await vi.waitFor(() => expect(result().textContent).toContain("POLICY_MALFORMED"));
  });

  it("judges a single receipt by the policy beside it", async () => {
    give(
      "files",
      aFile("a.tlog-proof", log.receiptOf(2)),
      aFile("policy.txt", utf8(log.policyText)),
    );
    expect(await verdict()).toBe("1 receipt is sound.");
  });

  it.each([
    ["a file that is no ZIP", [aFile("a.zip", utf8("hello"))], "BUNDLE_MALFORMED"],
    ["files that are nothing", [aFile("a", utf8("a")), aFile("b", utf8("b"))], "neither a bundle"],
    ["a receipt without a policy", [aFile("a.tlog-proof", utf8("x"))], "give this page one"],
    ["files that are too large", [{ ...aFile("a.zip", utf8("")), size: 2 ** 31 }], "larger than"],
  ])("answers %s with a sentence", async (_, files, words) => {
    give("files", ...files);
    expect(await verdict()).toBe("This cannot be checked.");
    expect(result().textContent).toContain(words);
  });

  it("opens a receipt to its nine checks and its document", async () => {
    give("files", aFile("bundle.zip", await zipOf(bundle)));
    await verdict();
    const rows = [...result().querySelectorAll<HTMLDetailsElement>("details.receipt")];
    const response = rows.find((row) =>
      row.textContent?.startsWith("Response"),
    ) as HTMLDetailsElement;
    response.open = true;
    response.dispatchEvent(new Event("toggle"));
    expect(response.querySelectorAll(".checks > li")).toHaveLength(9);
    expect(response.querySelector("pre")?.textContent).toContain("إجابة");
    expect(response.querySelector("pre")?.dir).toBe("auto");
  });
});

describe("where a receipt's question was asked from", () => {
  const receiptOf = (result: Parameters<typeof aResult>[0], vantage = aVantage()) =>
    aLog({ entries: [aKeyEntry(), anIntent(), aResult(result)], vantage }).receiptOf(2);
  const vantage = cidOfDocument(aVantage());

  it("is said in words when the receipt is opened", async () => {
    const evidenced = aBundle({ entries: evidencedEntries() });
    give("files", aFile("bundle.zip", await zipOf(evidenced.bundle)));
    await verdict();
    const rows = [...result().querySelectorAll<HTMLDetailsElement>("details.receipt")];
    const opened = rows.filter((row) => /^(Response|End of a)/.test(row.textContent ?? ""));
    for (const row of opened) {
      row.open = true;
      row.dispatchEvent(new Event("toggle"));
    }
    const textOf = (kind: string) =>
      opened.map((row) => row.textContent ?? "").find((text) => text.startsWith(kind));
    const [response, end] = [textOf("Response"), textOf("End of a")];
    expect(response).toContain("Where from");
    expect(response).toContain("rented for DE");
    expect(response).toContain("saw the address 203.0.113.7");
    expect(end).toContain("from DE: settled, exit verified");
  });

  it("tells what the document says, and what it does not show", () => {
    const words = whereFrom(receiptOf({ vantage })).join(" ");
    expect(words).toContain("geo-whois-asn-country places it in DE");
    expect(words).toContain("iptoasn-country does not know it");
    expect(words).toContain("AS64500 (Example Hosting)");
    expect(words).toContain("at most 1 km");
    expect(words).toContain("not where the provider’s machine stands");
  });

  it("is home, or not shown, where no document says it", () => {
    expect(whereFrom(receiptOf({ country: "home", provider: null, geo: null }))[0]).toContain(
      "stands for no country",
    );
    expect(whereFrom(receiptOf({}))[0]).toContain("names no document");
    expect(whereFrom(receiptOf({ vantage }, aVantage({ within_km: 9 })))[0]).toContain(
      "does not carry it",
    );
    expect(whereFrom(log.receiptOf(1))).toEqual([]);
    expect(whereFrom(utf8("no receipt"))).toEqual([]);
  });

  it("is read from documents of any form without failing", () => {
    for (const document of [null, 1, "x", [], {}, { type: "beacon.vantage/v2" }])
      expect(vantageWords(document)).toHaveLength(1);
    const odd = { type: "beacon.vantage/v1", looks: [null, [], { network: 1, opinions: {} }] };
    expect(vantageWords({ ...odd, provider: [], within_km: "near" }).join(" ")).toContain(
      "not measured",
    );
    const failed = { when: "after", echo: "https://echo.example/", code: "EXIT_REFUSED" };
    expect(vantageWords({ type: "beacon.vantage/v1", failed_looks: [failed] })).toContain(
      "After the last question, a look by https://echo.example/ failed: EXIT_REFUSED.",
    );
    expect(vantageWords({ type: "beacon.vantage/v1" }).join(" ")).toContain("No look");
  });
});

describe("a stranger's text on the page", () => {
  it("shows what would steer or hide, and never becomes markup", () => {
    expect(visible("a\u202eb\u200bc\u0007\n\td")).toBe("a[U+202E]b[U+200B]c[U+0007]\n\td");
    const shown = strangerText("<img src=x onerror=alert(1)>");
    expect(shown.querySelector("img")).toBeNull();
    expect(shown.textContent).toBe("<img src=x onerror=alert(1)>");
  });

  it("is cut where it is very long, and says so", () => {
    const shown = strangerText("x".repeat(5_000));
    expect(shown.textContent).toContain("goes on in the file");
  });
});

describe("inflate", () => {
  it("gives back what was deflated, of any length", () => {
    for (const length of [0, 1, 100, 70_000, 300_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
      expect(inflate(new Uint8Array(deflateRawSync(bytes)), length)).toEqual(bytes);
    }
  });

  it("stops at bytes that unpack to more or to less than was said, or end early", () => {
    const packed = new Uint8Array(deflateRawSync(new Uint8Array(50_000_000)));
    expect(() => inflate(packed, 1_000)).toThrow(RangeError);
    const small = new Uint8Array(deflateRawSync(utf8("hello, hello, hello")));
    expect(() => inflate(small, 18)).toThrow();
    expect(() => inflate(small, 20)).toThrow();
    expect(() => inflate(small.subarray(0, 5), 19)).toThrow();
  });
});
