// Builds every island in frontend/src/*.ts and frontend/app.css into the static folder of the desk.
// File names carry no hash: templates name them, and the server answers with an ETag.
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const islands = readdirSync(join(here, "src")).filter((name) => name.endsWith(".ts"));
const input = Object.fromEntries(islands.map((name) => [basename(name, ".ts"), join(here, "src", name)]));
input.styles = join(here, "app.css");

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
