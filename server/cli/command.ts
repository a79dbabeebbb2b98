/** What a command says, and where the installation is. */
export type CommandIo = {
  out(line: string): void;
  err(line: string): void;
  /** The state folder. */
  readonly home: string;
};
