// Builds every island in frontend/src/*.ts and frontend/app.css into the static folder of the desk.
// File names carry no hash: templates name them, and the server answers with an ETag.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PurgeCSS } from "purgecss";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const islands = readdirSync(join(here, "src")).filter((name) => name.endsWith(".ts"));
const input = Object.fromEntries(islands.map((name) => [basename(name, ".ts"), join(here, "src", name)]));
input.styles = join(here, "app.css");

// Of Tabler only what a template, a form or an island names; our own styles are taken whole.
const rooms = join(here, "..", "src", "giapranh");
const [tabler] = await new PurgeCSS().purge({
  css: [join(here, "..", "node_modules", "@tabler", "core", "dist", "css", "tabler.min.css")],
  content: [`${rooms}/**/*.html`, `${rooms}/**/*.py`, join(here, "src", "**", "*.ts")].map((path) => path.replaceAll("\\", "/")),
  safelist: { standard: [/^alert/, /^theme-/], deep: [/data-bs-theme/], greedy: [] },
});
mkdirSync(join(here, ".made"), { recursive: true });
writeFileSync(join(here, ".made", "tabler.css"), tabler.css);

await build({
  root: here,
  base: "./",
  configFile: false,
  logLevel: "warn",
  build: {
    outDir: join(here, "..", "src", "giapranh", "desk", "static", "dist"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2022",
    rolldownOptions: {
      input,
      checks: { pluginTimings: false },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunk-[name].js",
        assetFileNames: (asset) => (asset.names?.[0] === "styles.css" ? "app.css" : "[name][extname]"),
      },
    },
  },
});
