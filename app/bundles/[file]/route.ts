import { answerBundle } from "@/server/api/bundles";
import { answerOrRefuse } from "@/server/api/refuse";
import { getContext } from "@/server/context";

export const dynamic = "force-dynamic";

/** Everything that is held of one job: `JOB.zip` to keep and check, `JOB.car` for IPFS, `JOB.json` the manifest. */
export const GET = (request: Request, { params }: { params: Promise<{ file: string }> }) =>
  answerOrRefuse(async () =>
    answerBundle(getContext(), (await params).file, request.headers.get("if-none-match")),
  );
