import { HOME, type Place } from "@/schemas/country";

/** How many tasks one rented provider is given before another is rented beside it. */
const TASKS_PER_PROVIDER = 1_000;
/** The most providers that one job rents in one country at a time. */
const MAX_SLOTS = 4;

/** The slots of a place with so many open tasks: 0, 1, … one session each; at home never more than one. */
export const slotsFor = (openTasks: number, place: Place): readonly number[] =>
  Array.from(
    {
      length: Math.min(place === HOME ? 1 : MAX_SLOTS, Math.ceil(openTasks / TASKS_PER_PROVIDER)),
    },
    (_, slot) => slot,
  );
