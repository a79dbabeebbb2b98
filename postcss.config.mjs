/** Tailwind 4: the theme is in app/globals.css. */
export default { plugins: { "@tailwindcss/postcss": {} } };
