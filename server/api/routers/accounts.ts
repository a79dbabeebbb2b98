import { z } from "zod";
import { NewAccount, type OwnAccount, Password, Role } from "@/schemas/account";
import { Organisation } from "@/schemas/attestation";
import { SignInId, UserId } from "@/schemas/primitives";
import { adminProcedure, type RequestContext, readerProcedure, router } from "@/server/api/trpc";
import { noSuchAccount } from "@/server/domain/account/account-refusal";
import { changePassword } from "@/server/services/change-password";
import { createAccount } from "@/server/services/create-account";
import { disableAccount } from "@/server/services/disable-account";
import { fileLateRevocations } from "@/server/services/revoke-attester-keys";
import { setOrganisation } from "@/server/services/set-organisation";
import { setRole } from "@/server/services/set-role";
import { showAccounts } from "@/server/services/show-accounts";
import { showSignIns } from "@/server/services/show-sign-ins";

const One = z.strictObject({ id: UserId });

export const accountsRouter = router({
  /** Makes an account with a generated password, which is answered once and kept only as a hash. */
  create: adminProcedure.input(NewAccount).mutation(async ({ ctx, input }) => {
    const password = Buffer.from(ctx.random16()).toString("base64url");
    const { id } = await createAccount(ctx, { ...input, password });
    return { id, password };
  }),

  /** Makes an account without a password: its owner signs in with OpenID Connect. */
  createForOpenId: adminProcedure
    .input(NewAccount)
    .mutation(({ ctx, input }) => createAccount(ctx, { ...input, password: null })),

  list: adminProcedure
    .input(z.strictObject({ cursor: UserId.nullable(), limit: z.int().min(1).max(100) }))
    .query(({ ctx, input }) => showAccounts(ctx, input)),

  setRole: adminProcedure
    .input(z.strictObject({ id: UserId, role: Role }))
    .mutation(({ ctx, input }) => setRole(withKeys(ctx), input.id, input.role)),

  setOrganisation: adminProcedure
    .input(z.strictObject({ id: UserId, organisation: Organisation.nullable() }))
    .mutation(({ ctx, input }) => setOrganisation(withKeys(ctx), input.id, input.organisation)),

  disable: adminProcedure
    .input(One)
    .mutation(({ ctx, input }) => disableAccount(withKeys(ctx), input.id)),

  /** Keys that were revoked stay revoked. */
  enable: adminProcedure.input(One).mutation(async ({ ctx, input }) => {
    if (!(await ctx.accounts.enable(input.id))) throw noSuchAccount();
  }),

  endSessions: adminProcedure.input(One).mutation(async ({ ctx, input }) => {
    if (!(await ctx.accounts.endSessions(input.id, ctx.now()))) throw noSuchAccount();
  }),

  /** One's own account. */
  mine: readerProcedure.query(async ({ ctx }): Promise<OwnAccount> => {
    const account = await ctx.accounts.byId(ctx.actor.id);
    if (account === null) throw noSuchAccount();
    const { email, name, role, organisation, passwordHash } = account;
    return { email, name, role, organisation, hasPassword: passwordHash !== null };
  }),

  /** One's own last sign-ins. */
  mySignIns: readerProcedure.query(({ ctx }) =>
    showSignIns(ctx, ctx.actor.id, ctx.actor.signIn ?? null),
  ),

  /** False: it is not open any more, or not one's own. */
  endMySignIn: readerProcedure
    .input(z.strictObject({ id: SignInId }))
    .mutation(async ({ ctx, input }) => ({
      isEnded: await ctx.signIns.end(ctx.actor.id, input.id, ctx.now()),
    })),

  /** Also the one that asks. */
  endAllMine: readerProcedure.mutation(async ({ ctx }) => {
    const account = await ctx.accounts.byId(ctx.actor.id);
    if (account === null) throw noSuchAccount();
    await ctx.accounts.endSessions(account.id, ctx.now());
  }),

  /** Ends all of one's sessions. */
  changePassword: readerProcedure
    .input(z.strictObject({ current: Password, next: Password }))
    .mutation(({ ctx, input }) =>
      changePassword({ ...ctx, throttle: ctx.passwordThrottle }, ctx.actor.id, input),
    ),
});

/** How the log hears of the keys that an account loses. */
const withKeys = (ctx: RequestContext) => ({
  ...ctx,
  fileRevocations: () => fileLateRevocations(ctx),
});
