import { whyOf } from "@/server/adapters/golem/doctor-reason";
import type { DoctorSubject } from "@/server/adapters/golem/doctor-subject";
import { type Finding, fine, lacking, weak } from "@/server/domain/golem/doctor-finding";

/** Networks move between countries every day: what is older than half a year is said to be old. */
const OLD_DAYS = 183;
const DAY_MS = 24 * 3_600_000;

/** Looks whether the address databases can be read, know an address that they must know, and how old they are. */
export function lookAtDatabases(subject: DoctorSubject): readonly Finding[] {
  const { databases, networks, knownAddress } = subject;
  const asked = [
    ...databases.map((database) => ({
      database,
      know: () => database.countryOf(knownAddress) !== null,
    })),
    { database: networks, know: () => networks.networkOf(knownAddress) !== null },
  ];
  return asked.map(({ database, know }) => lookAt(subject, database, know));
}

function lookAt(
  { now, knownAddress, simulated }: DoctorSubject,
  database: { readonly name: string; readonly built: string | null },
  know: () => boolean,
): Finding {
  const { name } = database;
  try {
    if (!know())
      return lacking(
        "databases",
        "DATABASE_UNREADABLE",
        `${name} does not know ${knownAddress}, which it must: install the packages anew.`,
      );
    const { built } = database;
    if (built === null)
      return simulated
        ? fine("databases", `${name} can be read; it was never made.`)
        : weak("databases", "DATABASE_OLD", `${name} can be read; it does not say how old it is.`);
    const days = Math.floor((now().getTime() - Date.parse(built)) / DAY_MS);
    return days > OLD_DAYS
      ? weak("databases", "DATABASE_OLD", `${name} is of ${built}, ${days} days old: update it.`)
      : fine("databases", `${name} is of ${built}, ${days} days old.`);
  } catch (error) {
    return lacking(
      "databases",
      "DATABASE_UNREADABLE",
      `${name} cannot be read (${whyOf(error)}): install the packages anew.`,
    );
  }
}
