import { describe, expect, it } from "vitest";
import { readEnv } from "@/server/env";

const addresses = (text: string) => readEnv({ NODE_ENV: "test", IPFS_API_URL: text }).IPFS_API_URL;

describe("the addresses of Kubo nodes in the environment", () => {
  it("are none, one or several, with commas between them", () => {
    expect(readEnv({ NODE_ENV: "test" }).IPFS_API_URL).toEqual([]);
    expect(addresses("")).toEqual([]);
    expect(addresses("http://127.0.0.1:5001")).toEqual(["http://127.0.0.1:5001"]);
    expect(addresses(" http://a:5001 , https://u:p@b.example/api/v0, ")).toEqual([
      "http://a:5001",
      "https://u:p@b.example/api/v0",
    ]);
  });

  it.each(["nonsense", "ftp://a", "http://a, nonsense", "/ip4/127.0.0.1/tcp/5001", "//u:secret@a"])(
    "are refused when one is none (%s), and the refusal repeats nothing of them",
    (text) => {
      expect(() => addresses(text)).toThrow(
        expect.objectContaining({
          code: "CONFIG_INVALID",
          message: expect.not.stringMatching(/nonsense|secret|ip4/),
        }),
      );
    },
  );
});
