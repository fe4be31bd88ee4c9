/** The command as a person runs it: its output and its exit code. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lethe as runLethe } from "../../support/cli.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "lethe-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

const lethe = (...args: string[]) => runLethe(folder, args);

const annotation = (name: string): string => `
import { content, defineErasure, keep, pii, secret, session, subject, todo, unrelated } from "${root}generator/index.ts";
export default defineErasure({
  tables: {
    users: subject({
      key: "id",
      columns: { id: keep(), email: pii.email(), name: ${name}, hashed_password: secret(), created_at: keep() },
    }),
    sessions: session({ owner: "user_id" }),
    comments: content({
      owner: "author_id",
      columns: { id: keep(), author_id: keep(), body: pii.replace("[deleted]"), created_at: keep() },
    }),
    prices: unrelated("a price list"),
  },
});
`;

beforeAll(() => {
  cpSync(
    join(root, "test/generator/annotation-errors/cases/catalog.json"),
    join(folder, "lethe.catalog.json"),
  );
  writeFileSync(join(folder, "lethe.schema.ts"), annotation('pii.replace("Deleted user")'));
  writeFileSync(join(folder, "todo.schema.ts"), annotation('todo("personal?")'));
  writeFileSync(join(folder, "wrong.schema.ts"), annotation("pii.null({ ats: 1 })"));
});

describe("lethe check", () => {
  test("a right annotation", async () => {
    expect(await lethe("check")).toEqual({ code: 0, out: "lethe.schema.ts: no findings\n", err: "" });
  });
  test("a wrong one: the findings, and exit code 1", async () => {
    const { code, out, err } = await lethe("check", "-c", "wrong.schema.ts");
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatch(/^wrong\.schema\.ts:7:\d+ {2}L001 {2}users\.name: `ats` is not known/);
    expect(out).toMatch(/\n1 error\n$/);
  });
  test("an effects file where there is one, or where it is said to be", async () => {
    const library = join(root, "worker/effects/index.ts");
    const wrong = annotation('pii.null({ effect: "crm" })').replace(
      "  tables: {",
      '  effects: { crm: { handler: "crm" } },\n  tables: {',
    );
    writeFileSync(join(folder, "effects.schema.ts"), wrong);
    const alone = await lethe("check", "-c", "effects.schema.ts");
    expect(alone).toMatchObject({ code: 0, err: "" });
    expect(alone.out).toMatch(
      /^effects\.schema\.ts:4:\d+ {2}L081 {2}warning: effects\.crm: there is no lethe\.effects/,
    );
    writeFileSync(
      join(folder, "crm.ts"),
      `import { defineEffects, env, webhook } from "${library}";
      export default defineEffects({ handlers: { crm: webhook({ url: env("CRM_URL"), secret: env("CRM_SECRET") }) } });`,
    );
    const named = await lethe("check", "-c", "effects.schema.ts", "--effects", "crm.ts");
    expect(named, "no variable of the environment is needed").toMatchObject({ code: 0, err: "" });
    expect(named.out).toBe("effects.schema.ts: no findings\n");
    expect(await lethe("check", "-c", "effects.schema.ts", "--effects", "none.ts")).toMatchObject({
      code: 2,
    });
  });
  test("for programs", async () => {
    const { code, out } = await lethe("check", "-c", "wrong.schema.ts", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      findings: [
        expect.objectContaining({
          code: "L001",
          level: "error",
          subject: "users.name",
          file: "wrong.schema.ts",
          line: 7,
        }),
      ],
    });
  });
  test("an accepted finding is listed with its reason, and no error", async () => {
    const snapshot = JSON.parse(readFileSync(join(folder, "lethe.catalog.json"), "utf8"));
    for (const table of snapshot.tables)
      table.indexes = table.indexes.filter((index: { unique: boolean }) => index.unique);
    writeFileSync(join(folder, "bare.catalog.json"), JSON.stringify(snapshot));
    const text = annotation('pii.replace("Deleted user")')
      .replace("import {", "import { accept,")
      .replace(
        'owner: "author_id",',
        'owner: "author_id", accept: [accept("L025", "ten rows", "author_id")],',
      )
      .replace('"user_id" }', '"user_id", accept: [accept("L025", "few", "user_id")] }');
    writeFileSync(join(folder, "accepting.schema.ts"), text);
    const files = ["-c", "accepting.schema.ts", "--catalog", "bare.catalog.json"];
    const { code, out } = await lethe("check", ...files);
    expect(code).toBe(0);
    expect(out).toMatch(/L025 {2}accepted: public\.comments\.author_id: .*\n {2}why it stays: ten rows\n/);
    expect(out).toMatch(/\n2 accepted\n$/);
    expect(JSON.parse((await lethe("check", ...files, "--json")).out).findings[1]).toMatchObject({
      level: "accepted",
      accepted: { reason: "ten rows", level: "error" },
    });
    // What has been accepted once isn't told with every migration.
    expect(await lethe("generate", ...files, "-o", "-")).toMatchObject({ code: 0, err: "" });
  });
  test("an open decision is a warning", async () => {
    const { code, out } = await lethe("check", "-c", "todo.schema.ts");
    expect(code).toBe(0);
    expect(out).toContain("L007  warning: users.name: not decided yet: personal?");
  });
});

describe("lethe generate", () => {
  test("to standard output, the same bytes each time", async () => {
    const first = await lethe("generate", "-o", "-");
    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: "" });
    expect(first.out).toContain("lethe");
    expect((await lethe("generate", "-o", "-")).out).toBe(first.out);
  });
  test("into graphile-migrate's current folder, behind what is there, and in place of its own file", async () => {
    const current = join(folder, "migrations/current");
    mkdirSync(current, { recursive: true });
    writeFileSync(join(current, "041-team.sql"), "select 1;\n");
    expect(await lethe("generate")).toEqual({
      code: 0,
      out: "wrote migrations/current/042-lethe.sql\n",
      err: "",
    });
    const text = readFileSync(join(current, "042-lethe.sql"), "utf8");
    expect((await lethe("generate")).out).toBe("wrote migrations/current/042-lethe.sql\n");
    expect(readdirSync(current)).toEqual(["041-team.sql", "042-lethe.sql"]);
    expect(readFileSync(join(current, "042-lethe.sql"), "utf8")).toBe(text);
  });
  test.each(["todo", "wrong"])("refuses a %s annotation and writes nothing", async (name) => {
    const { code, out, err } = await lethe(
      "generate",
      "-c",
      `${name}.schema.ts`,
      "--catalog",
      "lethe.catalog.json",
      "-o",
      "out.sql",
    );
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/\n1 error\n$/);
    expect(existsSync(join(folder, "out.sql"))).toBe(false);
  });
});

describe("usage and environment end with exit code 2, a reason and a remedy", () => {
  test.each([
    [["bogus"], "unknown command 'bogus'"],
    [["check", "--bogus"], "unknown option '--bogus'"],
    [["check", "-c", "none.ts"], "there is no annotation file none.ts"],
    [["check", "--catalog", "none.json"], "lethe sync"],
    [["sync"], "set DATABASE_URL"],
    [["sync", "-d", "mysql://x"], "doesn't begin with postgres://"],
    [["sync", "-d", "postgres://me:hunter2@127.0.0.1:1/x"], "nothing listens there"],
    [["worker", "--concurrency", "none"], "whole number above 0"],
  ])("%j", async (args, message) => {
    const { code, out, err } = await lethe(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(err).not.toContain("hunter2");
  });
});

describe("help", () => {
  test("lists the commands and the exit codes", async () => {
    const { code, out } = await lethe("--help");
    expect(code).toBe(0);
    for (const word of ["sync", "check", "generate", "worker", "Exit codes"]) expect(out).toContain(word);
  });
  test("version", async () => expect((await lethe("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/));
});
