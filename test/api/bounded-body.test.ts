import { describe, expect, it } from "vitest";
import { withBoundedBody } from "@/server/api/bounded-body";
import { refusalOf } from "@/server/api/refuse";

const URL = "http://portal.example/api/trpc/jobs.submit";
const posted = (body: BodyInit, headers: Record<string, string> = {}) =>
  new Request(URL, { method: "POST", body, headers, duplex: "half" } as RequestInit);

/** A body that goes on for ever, and how much of it was taken. */
function endless() {
  let taken = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += 1_000;
      controller.enqueue(new Uint8Array(1_000));
    },
    cancel() {
      isCancelled = true;
    },
  });
  return { body, taken: () => taken, isCancelled: () => isCancelled };
}

describe("a request's body", () => {
  it("comes through as it was sent, with its headers", async () => {
    const request = await withBoundedBody(posted("é".repeat(50), { "x-a": "1" }), 100);
    expect([request.method, request.url, request.headers.get("x-a")]).toEqual(["POST", URL, "1"]);
    expect(await request.text()).toBe("é".repeat(50));
  });

  it("may be missing", async () => {
    const asked = new Request(URL);
    expect(await withBoundedBody(asked, 0)).toBe(asked);
  });

  it("is not read on when it is too long, whatever it says of its length", async () => {
    const stream = endless();
    await expect(withBoundedBody(posted(stream.body), 10_000)).rejects.toMatchObject({
      code: "REQUEST_TOO_LARGE",
    });
    expect(stream.taken()).toBeLessThan(20_000);
    expect(stream.isCancelled()).toBe(true);
    const refused = await withBoundedBody(posted("x".repeat(101)), 100).catch(refusalOf);
    expect(refused).toMatchObject({ status: 413, body: { code: "REQUEST_TOO_LARGE" } });
  });

  it("is not read at all when it says that it is too long", async () => {
    const stream = endless();
    const request = posted(stream.body, { "content-length": "101" });
    await expect(withBoundedBody(request, 100)).rejects.toMatchObject({
      code: "REQUEST_TOO_LARGE",
    });
    expect(stream.taken()).toBeLessThanOrEqual(1_000);
  });
});
