/** How long one model's answers were here before, by the service's own count. */
export type ServiceUsage = {
  /** The name under which the installation knows the service. */
  readonly connection: string;
  readonly model: string;
  /** Answers that were counted. */
  readonly answers: number;
  /** Thinking included. */
  readonly meanOutputTokens: number;
};
