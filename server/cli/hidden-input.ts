import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** Standard input up to its end; from a terminal, one line that is not shown while it is typed. */
export async function readHiddenInput(question: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  }
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    for await (const text of line) return text;
    return "";
  } finally {
    line.close();
    process.stderr.write("\n");
  }
}
