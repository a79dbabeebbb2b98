import { notFound } from "next/navigation";

/** Waits for one thing of the portal; what the server does not know becomes the not-found page. Other errors stay errors. */
export async function orNotFound<T>(thing: Promise<T>): Promise<T> {
  try {
    return await thing;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "NOT_FOUND") notFound();
    throw error;
  }
}
