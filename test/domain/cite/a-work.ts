import type { CitedWork } from "@/schemas/citation";
import { utf8 } from "@/server/domain/bytes";
import { cidOf } from "@/server/domain/digest";
import { instantOf } from "@/server/domain/time";
import { aTaskRow } from "@/test/support/builders";

const PORTAL = "https://beacon.example.org";

/** An answer that somebody cites. */
export const aWork = (fields: Partial<CitedWork> = {}): CitedWork => ({
  kind: "response",
  id: aTaskRow().id,
  title: "Response of control-regional, asked from Germany, repeat 1: “Who closed the Vell dam?”",
  language: "en",
  portal: { name: "Beacon", url: PORTAL },
  url: `${PORTAL}/responses/${aTaskRow().id}`,
  at: instantOf(new Date("2026-11-22T23:59:59.999Z")),
  log: { origin: "beacon.local/0123abcd", index: 41 },
  cid: cidOf(utf8("an answer")),
  simulated: false,
  ...fields,
});
