import { describe, expect, it } from "vitest";
import {
  baseUrlProblem,
  isPrivateHost,
  keyProblem,
  VENDOR_BASE_URLS,
} from "@/server/domain/service/base-url";

const problem = (base_url: string, door: "exit" | "home" = "exit", isSimulated = false) =>
  baseUrlProblem({ base_url, door }, isSimulated);

describe("a base URL that is asked through providers", () => {
  it.each([
    ...Object.values(VENDOR_BASE_URLS),
    "https://openrouter.ai/api/v1",
    "https://8.8.8.8/v1",
    "https://[2606:4700::1111]/v1",
    "https://llm.example.org:8443/v1",
  ])("may be %s", (url) => {
    expect(problem(url)).toBeNull();
  });

  it.each([
    "http://api.openai.com/v1",
    "ftp://api.openai.com/v1",
    "https://user:pass@api.openai.com/v1",
    "https://user@api.openai.com/v1",
    "https://api.openai.com/v1?key=1",
    "https://api.openai.com/v1?",
    "https://api.openai.com/v1#a",
    "https://api.openai.com/v1/",
    "https://api.openai.com/v1 ",
    "api.openai.com/v1",
    "",
  ])("may not be %j, on any network", (url) => {
    expect(problem(url)).not.toBeNull();
    expect(problem(url, "exit", true)).not.toBeNull();
  });

  it.each([
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[fe80::1]",
    "[fd00::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "[64:ff9b::7f00:1]",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "ollama",
    "printer.local",
    "metadata.google.internal",
    "router.home.arpa",
  ])("may be at %s on a simulated network only", (host) => {
    expect(problem(`https://${host}/v1`)).not.toBeNull();
    expect(problem(`https://${host}/v1`, "exit", true)).toBeNull();
  });

  it.each([
    "172.15.255.255",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "198.17.0.1",
    "223.255.255.255",
  ])("may be at %s, which only looks private", (host) => {
    expect(isPrivateHost(new URL(`https://${host}`))).toBe(false);
  });
});

it("asks at home wherever it is told to, with and without TLS", () => {
  expect(problem("http://127.0.0.1:11434/v1", "home")).toBeNull();
  expect(problem("https://api.openai.com/v1", "home")).toBeNull();
  expect(problem("file:///etc/passwd", "home")).not.toBeNull();
});

describe("a key", () => {
  it.each([
    "https://api.openai.com/v1",
    "https://127.0.0.1:8443/v1",
    "http://127.0.0.1:11434/v1",
    "http://2130706433/v1",
    "http://10.1.2.3/v1",
    "http://172.16.0.1/v1",
    "http://172.31.255.255/v1",
    "http://192.168.1.1:8000/v1",
    "http://100.64.0.1/v1",
    "http://169.254.1.1/v1",
    "http://[::1]:11434/v1",
    "http://[fd12:3456::1]/v1",
    "http://[fe80::1]/v1",
    "http://localhost:11434/v1",
    "http://ollama:11434/v1",
    "http://llm.home.arpa/v1",
  ])("may be sent to %s", (url) => {
    expect(keyProblem(url)).toBeNull();
  });

  it.each([
    "http://api.openai.com/v1",
    "http://8.8.8.8/v1",
    "http://172.32.0.1/v1",
    "http://100.128.0.1/v1",
    "http://11.0.0.1/v1",
    "http://0.0.0.0/v1",
    "http://[2606:4700::1111]/v1",
    "http://[::ffff:8.8.8.8]/v1",
    "http://[64:ff9b::808:808]/v1",
    "http://[2002:808:808::1]/v1",
    "http://localhost.vendor.example/v1",
    "http://10.1.2.3.vendor.example/v1",
    "no URL",
  ])("may not be sent to %s, where others can read it", (url) => {
    expect(keyProblem(url)).not.toBeNull();
  });
});
