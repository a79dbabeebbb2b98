import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { ForkAlarm } from "@/components/verify/fork-alarm";
import type { VerificationWorld } from "@/components/verify/verification-world";
import { watchLog } from "@/components/verify/watch-log";
import { formatForkEvidence, parseForkEvidence } from "@/server/domain/log/fork-evidence";
import { parseNote } from "@/server/domain/log/note";
import { aMemory, aWorld, log, seenAt } from "@/test/components/verify/a-world";
import { aLog, aResult, entriesOfAllKinds } from "@/test/domain/verify/a-log";

afterEach(cleanup);

const present = log.noteAt(6);
/** Another history of the same log, signed by the same keys. */
const other = aLog({ entries: [...entriesOfAllKinds().slice(0, 5), aResult({ repeat: 9 })] });

/** A browser that saw `size` entries of a history, with or without the signed note. */
const saw = (history: typeof other, size: number, note: string | null = history.noteAt(size)) => {
  const [[key = "", value = ""] = []] = Object.entries(seenAt(size, history.rootAt(size)));
  return aMemory({ [key]: JSON.stringify({ ...JSON.parse(value), note }) });
};
const show = async (world: VerificationWorld, note: string | null = present) => {
  render(<ForkAlarm note={note} world={world} />);
  return screen.findByRole("alert", { name: "Fork alarm" });
};
const savedFile = (): string => {
  const href = screen.getByRole("link").getAttribute("href") ?? "";
  return decodeURIComponent(href.slice(href.indexOf(",") + 1));
};
const kindOf = async (world: VerificationWorld, note = present) =>
  (await watchLog(world, note)).kind;

describe("the fork alarm", () => {
  it("is raised over two roots of one size, and hands out both signed notes", async () => {
    const alarm = await show(aWorld({}, { memory: saw(other, 6) }));
    expect(alarm.textContent).toContain("two different histories");
    expect(alarm.textContent).toContain("Both states are of 6 entries");
    expect(alarm.textContent).toContain("cannot take that back");
    expect(parseForkEvidence(savedFile())).toEqual([other.noteAt(6), present]);
    expect(screen.getByRole("link", { name: "Save both signed notes as one file" })).toBeTruthy();
    expect(screen.getByRole("link").getAttribute("download")).toMatch(
      /^two-histories-of-beacon\.local-[0-9a-f]{8}\.txt$/,
    );
  });

  it("is raised over a consistency proof that does not hold, whichever state is larger", async () => {
    const fork = aLog({ entries: [...entriesOfAllKinds().slice(0, 2), aResult({ repeat: 9 })] });
    const alarm = await show(aWorld({}, { memory: saw(fork, 3) }));
    expect(alarm.textContent).toContain("do not continue each other");
    expect(parseForkEvidence(savedFile())).toEqual([fork.noteAt(3), present]);
    cleanup();
    await show(aWorld({}, { memory: saw(other, 6) }), log.noteAt(4));
    expect(parseForkEvidence(savedFile())).toEqual([other.noteAt(6), log.noteAt(4)]);
  });

  it("is raised when the log says that it has no proof between two states that it signed", async () => {
    const memory = saw(log, 6);
    const alarm = await show(
      aWorld({}, { memory, fetchConsistency: async () => null }),
      log.noteAt(4),
    );
    expect(alarm.textContent).toContain("An honest log always can");
    expect(parseForkEvidence(savedFile())).toEqual([present, log.noteAt(4)]);
  });

  it("says that an older memory had not kept the note, and saves what there is", async () => {
    const alarm = await show(aWorld({}, { memory: aMemory(seenAt(6, other.rootAt(6))) }));
    expect(alarm.textContent).toContain("not its signed note");
    expect(screen.getByRole("link", { name: "Save the signed note as a file" })).toBeTruthy();
    expect(parseForkEvidence(savedFile())).toEqual([present]);
    expect(savedFile()).toContain("was not kept");
  });
});

describe("no alarm", () => {
  it("is raised over one history, larger, smaller or equal", async () => {
    expect(await kindOf(aWorld({}, { memory: saw(log, 4) }))).toBe("consistent");
    expect(await kindOf(aWorld({}, { memory: saw(log, 6) }))).toBe("consistent");
    expect(await kindOf(aWorld({}, { memory: saw(log, 6) }), log.noteAt(4))).toBe("consistent");
  });

  it("is raised by a browser that saw nothing before, or remembers nonsense", async () => {
    expect(await kindOf(aWorld())).toBe("nothing-seen-before");
    const nonsense = aMemory({ [`beacon.last-seen:${log.origin}`]: "{" });
    expect(await kindOf(aWorld({}, { memory: nonsense }))).toBe("nothing-seen-before");
  });

  it("is raised by a note that the log did not sign", async () => {
    const { text } = parseNote(other.noteAt(6));
    const forged = `${text}\n${present.slice(present.indexOf("\u2014 "))}`;
    await expect(watchLog(aWorld({}, { memory: saw(log, 6) }), forged)).rejects.toMatchObject({
      code: "NOTE_SIGNATURE_INVALID",
    });
  });

  it("is raised when the portal could not be asked", async () => {
    const fetchConsistency = () => Promise.reject(new TypeError("Failed to fetch"));
    const world = aWorld({}, { memory: saw(log, 4), fetchConsistency });
    await expect(watchLog(world, present)).rejects.toThrow("Failed to fetch");
    render(<ForkAlarm note={present} world={world} />);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("is raised where nothing is published", () => {
    render(<ForkAlarm note={null} world={aWorld()} />);
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("the file of two signed notes", () => {
  it("gives back both notes to the byte", () => {
    const file = formatForkEvidence(["for people"], [present, other.noteAt(6)]);
    expect(file.startsWith("for people\n")).toBe(true);
    expect(parseForkEvidence(file)).toEqual([present, other.noteAt(6)]);
  });

  it("is refused when a note is missing, cut off, or not alone between its lines", () => {
    const file = formatForkEvidence([], [present, present]);
    const wrong = [
      "",
      file.replace("-----END SIGNED NOTE-----\n", ""),
      file.replace(present, present.slice(0, -1)),
      file.replace(present, "nothing\n"),
    ];
    for (const text of wrong)
      expect(() => parseForkEvidence(text)).toThrow(
        expect.objectContaining({ code: "NOTE_MALFORMED" }),
      );
  });
});
