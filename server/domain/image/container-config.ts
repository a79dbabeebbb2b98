import { z } from "zod";

const text = z.string().max(4_096);
const texts = z.array(text).max(1_000);

/**
 * Docker's ContainerConfig, as far as Golem's runtime reads it; other fields are kept as they are.
 * Docker writes null for what is not set.
 */
export const ContainerConfig = z.looseObject({
  User: text.nullish(),
  Env: texts.nullish(),
  Cmd: texts.nullish(),
  Entrypoint: texts.nullish(),
  WorkingDir: text.nullish(),
  /** Absolute paths, each with an empty object. */
  Volumes: z.record(z.string().startsWith("/").max(4_096), z.strictObject({})).nullish(),
});
export type ContainerConfig = z.infer<typeof ContainerConfig>;

/** Where files are handed in and out, and where programs may write (ya-runtime-vm mounts a volume at each). */
const VOLUMES = ["/golem/input", "/golem/output", "/golem/work"] as const;

/** Nobody: the number that distroless images use for a user without rights. */
const NOBODY = "65532:65532";

/** The exit image's configuration. Its Dockerfile says the same, which a test holds. */
export const EXIT_CONFIG = {
  User: NOBODY,
  Env: ["PATH=/golem/bin"],
  Entrypoint: ["/golem/bin/exit-door"],
  WorkingDir: "/",
  Volumes: Object.fromEntries(VOLUMES.map((path) => [path, {}])),
} as const satisfies ContainerConfig;

/**
 * Whose rights a machine's programs have. Null: root, because the runtime takes numbers only, `uid:gid`, and
 * falls back to 0:0 for everything else without a word.
 */
export function userOf(config: ContainerConfig): { uid: number; gid: number } | null {
  const [, uid, gid] = /^(\d{1,9}):(\d{1,9})$/.exec(config.User?.trim() ?? "") ?? [];
  if (uid === undefined || gid === undefined || Number(uid) === 0) return null;
  return { uid: Number(uid), gid: Number(gid) };
}
