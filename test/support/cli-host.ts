/** Runs command lines one after the other for cli.ts, as `cli/main.ts` runs one. */
import { run } from "../../cli/run.ts";
import type { Asked, Ended } from "./cli.ts";

let out = "";
let err = "";
process.stdout.write = (text: string | Uint8Array) => {
  out += text;
  return true;
};
process.stderr.write = (text: string | Uint8Array) => {
  err += text;
  return true;
};

process.on("message", async ({ args, folder, databaseUrl }: Asked) => {
  out = "";
  err = "";
  process.chdir(folder);
  process.env.DATABASE_URL = databaseUrl;
  process.exitCode = undefined;
  const code = await run(args);
  process.send?.({ code, out, err } satisfies Ended);
});
process.on("disconnect", () => process.exit());
