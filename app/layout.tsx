import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Footer } from "@/components/site/footer";
import { Header } from "@/components/site/header";
import { THEME_COOKIE, themeFrom } from "@/components/site/theme";
import type { Viewer } from "@/schemas/snapshot";
import { api } from "@/server/api/rsc";
import "./globals.css";

export const dynamic = "force-dynamic";

export const metadata: Metadata = {
  title: {
    default: "Beacon: the same question, asked from different countries",
    template: "%s · Beacon",
  },
  description:
    "What AI services answer, refuse or leave out depending on where one asks. Every answer is kept in a public, verifiable log.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fbfaf6" },
    { media: "(prefers-color-scheme: dark)", color: "#141512" },
  ],
};

/** Who reads, when the portal can tell. A page must not fail because of its header. */
async function viewerOrNull(): Promise<Viewer | null> {
  try {
    return await (await api()).session.viewer();
  } catch {
    return null;
  }
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = themeFrom((await cookies()).get(THEME_COOKIE)?.value);
  const viewer = await viewerOrNull();
  return (
    <html lang="en" {...(theme === null ? {} : { "data-theme": theme })} suppressHydrationWarning>
      <body>
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:m-2 focus:rounded focus:bg-ink focus:px-4 focus:py-3 focus:text-paper"
        >
          Skip to the content
        </a>
        <Header viewer={viewer} theme={theme} />
        {children}
        <Footer />
      </body>
    </html>
  );
}
