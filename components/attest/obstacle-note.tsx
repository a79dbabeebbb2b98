import type { KeyObstacle } from "@/components/attest/key-vault";

const WORDS: Readonly<Record<KeyObstacle, { readonly title: string; readonly why: string }>> = {
  "insecure-context": {
    title: "This page did not come over a secure connection.",
    why: "A browser lets a page use keys only over https, or on the machine itself under localhost.",
  },
  "no-ed25519": {
    title: "This browser cannot make Ed25519 keys.",
    why: "Firefox can from version 129 on, Safari from 17, Chrome and Edge from 137.",
  },
  "no-storage": {
    title: "This browser keeps nothing for this page.",
    why: "A key would be gone with the window. So it is in some private windows, and where storage is switched off.",
  },
};

/** Why this browser can hold no key, and the way that works without one. */
export function ObstacleNote({ obstacle }: { obstacle: KeyObstacle }) {
  const { title, why } = WORDS[obstacle];
  return (
    <div className="rounded-lg border border-beacon bg-beacon-soft px-5 py-4">
      <p className="font-semibold text-beacon">{title}</p>
      <p className="mt-1 text-sm">{why}</p>
      <p className="mt-2 text-sm">
        Reports can be signed on the command line as well, with a key in a file of your own:{" "}
        <code className="code">npm run beacon -- attest</code>
      </p>
    </div>
  );
}
