import { createServer, type Server } from "node:https";
import type { ServerIdentity } from "@/server/adapters/golem/loopback/certificate-authority";

/** An echo service over TLS: `GET /echo` says which address a request came from. */
export const createSecureEcho = ({ certPem: cert, keyPem: key }: ServerIdentity): Server =>
  createServer({ cert, key, noDelay: true }, (request, response) => {
    const isEcho = request.method === "GET" && request.url === "/echo";
    const body = { address: request.socket.remoteAddress ?? "", simulated: true };
    response
      .writeHead(isEcho ? 200 : 404, { "content-type": "application/json" })
      .end(JSON.stringify(isEcho ? body : { simulated: true }));
  });
