/** How a session of a job ended, and with whom. */
export type EndedSession = {
  readonly status: "RENTING" | "OPEN" | "SETTLED" | "LOST";
  /** Null: it found nobody to rent. */
  readonly providerId: string | null;
  readonly endedAt: Date | null;
};

/**
 * The providers that the newest sessions were lost with, back to one that settled or that found nobody
 * to rent: when all are passed over, all get another chance.
 *
 * @param sessions of one job in one country, oldest first.
 */
export function lostLately(sessions: readonly EndedSession[]): readonly string[] {
  const ended = sessions.filter(({ endedAt }) => endedAt !== null);
  const isLoss = ({ status, providerId }: EndedSession) => status === "LOST" && providerId !== null;
  const streak = ended.slice(ended.findLastIndex((session) => !isLoss(session)) + 1);
  return streak.flatMap(({ providerId }) => providerId ?? []);
}
