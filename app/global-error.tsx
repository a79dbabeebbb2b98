"use client";
import "./globals.css";

/** Not even the frame of the page could be made: said in plain HTML. */
export default function FrameError() {
  return (
    <html lang="en">
      <body>
        <main id="main" className="wrap py-16">
          <h1>The portal cannot show its pages right now.</h1>
          <p className="lede mt-4" role="alert">
            That says nothing about the log: what is in it is still there, and receipts can be
            checked without this portal.
          </p>
        </main>
      </body>
    </html>
  );
}
