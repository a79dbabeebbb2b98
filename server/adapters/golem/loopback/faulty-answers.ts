import type { ServerResponse } from "node:http";
import type { Faults } from "@/server/adapters/golem/loopback/faults";

const CHUNK = "Lorem ipsum dolor sit amet. ".repeat(1_000);

/** Answers in one of the ways in which real model servers go wrong. */
export function sendFaulty(response: ServerResponse, fault: NonNullable<Faults["answers"]>): void {
  if (fault === "not-json") {
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>502 Bad Gateway</h1>");
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"choices":[{"message":{"content":"');
  if (fault === "endless") pourInto(response);
}

/** Writes until the other side has had enough. */
function pourInto(response: ServerResponse): void {
  while (!response.destroyed && response.write(CHUNK));
  if (!response.destroyed) response.once("drain", () => pourInto(response));
}
