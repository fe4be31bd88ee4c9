/** `npm run build`: dist/ with declarations, ready to be packed. The hand-written SQL ships as it lies in sql/. */
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
const result = spawnSync("tsc", ["-p", "tsconfig.build.json"], { stdio: "inherit" });
if (result.status !== 0) process.exit(result.status ?? 1);
chmodSync("dist/cli/main.js", 0o755);
