/** A lethe.effects.ts for real worker processes: each handler posts to the service whose address is in SERVICE_URL. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Writes it; returns its path. */
export function writeEffectsFile(folder: string, handlers: string[], name = "lethe.effects.ts"): string {
  const library = pathToFileURL(join(import.meta.dirname, "../../worker/effects/index.ts")).href;
  const path = join(folder, name);
  writeFileSync(
    path,
    `import { defineEffects, defineHandler, z } from ${JSON.stringify(library)};
    const to = (path) => defineHandler({
      payload: z.object({ id: z.string() }),
      deliver: async (payload, { idempotencyKey, signal }) => {
        const response = await fetch(process.env.SERVICE_URL + path, {
          method: "POST", signal, body: JSON.stringify(payload), headers: { "idempotency-key": idempotencyKey },
        });
        await response.text();
        if (!response.ok) throw Object.assign(new Error("not now"), { status: response.status });
        return { state: "done", receipt: { status: response.status } };
      },
    });
    export default defineEffects({ handlers: { ${handlers.map((name) => `${name}: to("/${name}")`).join(", ")} } });`,
  );
  return path;
}
