/** SDKs are optional: none is loaded before a worker opens the handler that needs it, and what is missing is named. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };

const root = new URL("../../../", import.meta.url);
const sdks = Object.keys(packageJson.peerDependencies);

/** In a process of its own, with Node's own loader. */
function run(script: string): unknown {
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: fileURLToPath(root),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

const start = `
  import { registerHooks } from "node:module";
  const sdks = ${JSON.stringify(sdks)};
`;

test.each(["worker/effects/index.ts", "worker/index.ts", "generator/index.ts"])("%s loads no SDK", (file) => {
  const loaded = run(`${start}
    const seen = new Set();
    registerHooks({
      load(url, context, next) {
        for (const sdk of sdks) if (url.includes("/node_modules/" + sdk + "/")) seen.add(sdk);
        return next(url, context);
      },
    });
    const module = await import(${JSON.stringify(new URL(file, root).href)});
    module.env && module.defineEffects({ handlers: { it: module.stripe({ apiKey: module.env("KEY") }) } });
    console.log(JSON.stringify([...seen]));
  `);
  expect(loaded).toEqual([]);
});

test("what isn't installed is named, with the command that installs it", () => {
  const message = run(`${start}
    registerHooks({
      resolve(specifier, context, next) {
        const isSdk = sdks.some((sdk) => specifier === sdk || specifier.startsWith(sdk + "/"));
        // As if it were asked for where there are no packages.
        return next(specifier, isSdk ? { ...context, parentURL: "file:///nowhere/file.mjs" } : context);
      },
    });
    const { env, loops, mail, polar, posthog, s3, stripe, vercelBlob, webhook } =
      await import(${JSON.stringify(new URL("worker/effects/index.ts", root).href)});
    const { openEffects } = await import(${JSON.stringify(new URL("worker/effects/config.ts", root).href)});
    const secret = env("SECRET");
    const handlers = {
      blob: vercelBlob({ token: secret }),
      files: s3({ bucket: "b" }),
      billing: polar({ accessToken: secret }),
      analytics: posthog({ projectToken: "p" }),
      list: loops({ apiKey: secret }),
      payments: stripe({ apiKey: secret }),
      mail: mail({ host: "localhost", from: "a@example.com", product: "Acme" }),
      // Needs no package of its own.
      hook: webhook({ url: "https://example.com", secret }),
    };
    const said = await openEffects({ handlers }, { SECRET: "QUJD" }).then(() => "opened", (error) => [error.name, error.message, error.remedy]);
    console.log(JSON.stringify(said));
  `);
  const list = [...sdks].sort();
  expect(message).toEqual([
    expect.any(String),
    `lethe.effects.ts uses SDKs that aren't installed: ${list.join(", ")}`,
    `npm install ${list.join(" ")}`,
  ]);
});

test("the example of the documentation loads, natively, with all its handlers", () => {
  const page = readFileSync(new URL("docs/handlers.md", root), "utf8");
  const example = /^```ts lethe\.effects\.ts\n([\s\S]*?)^```$/m.exec(page)?.[1] as string;
  const folder = mkdtempSync(join(tmpdir(), "lethe-effects-"));
  try {
    const file = join(folder, "lethe.effects.ts");
    const effects = new URL("worker/effects/index.ts", root).href;
    writeFileSync(file, example.replace('"pg-lethe/effects"', JSON.stringify(effects)));
    const environment = Object.fromEntries(
      [...example.matchAll(/env\("(\w+)"\)/g)].map(([, name]) => [
        name,
        "https://user:secret@example.com:465",
      ]),
    );
    environment.SMTP_URL = "smtps://user:secret@example.com:465";
    const kinds = run(`
      const { loadEffects } = await import(${JSON.stringify(effects)});
      const handlers = await loadEffects(${JSON.stringify(file)}, ${JSON.stringify(environment)});
      console.log(JSON.stringify([...handlers].map(([name, { kind }]) => name + ": " + kind)));
    `);
    expect(kinds).toEqual(
      expect.arrayContaining([
        "blob: vercel-blob",
        "exports: s3",
        "billing: polar",
        "mail: mail",
        "crm: own",
      ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
