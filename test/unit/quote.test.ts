import fc from "fast-check";
import { parseSync } from "libpg-query";
import { beforeAll, describe, expect, test } from "vitest";
import { dollar, ident, literal, qualified, splitName } from "../../generator/quote.ts";

beforeAll(async () => (await import("libpg-query")).loadModule());

/** What PostgreSQL reads in `select <sql>` as a column's name. */
function readIdent(sql: string): unknown {
  return JSON.parse(JSON.stringify(parseSync(`select ${sql}`))).stmts[0].stmt.SelectStmt.targetList[0]
    .ResTarget.val.ColumnRef.fields[0].String.sval;
}
function readConst(sql: string): Record<string, unknown> {
  return JSON.parse(JSON.stringify(parseSync(`select ${sql}`))).stmts[0].stmt.SelectStmt.targetList[0]
    .ResTarget.val.A_Const;
}

describe("ident", () => {
  test.each([
    ["users", "users"],
    ["user_2", "user_2"],
    ["_x", "_x"],
    ["name", "name"],
    ["User", '"User"'],
    ["e-Mail", '"e-Mail"'],
    ["order", '"order"'],
    ["user", '"user"'],
    ["2fa", '"2fa"'],
    ["a.b", '"a.b"'],
    ['say "hi"', '"say ""hi"""'],
    ["größe", '"größe"'],
    // Column-name and function-name keywords: bare in some places, a syntax error in others.
    ["values", '"values"'],
    ["between", '"between"'],
    ["left", '"left"'],
    ["authorization", '"authorization"'],
  ])("%s → %s", (name, sql) => expect(ident(name)).toBe(sql));

  test("reads back as the same name, whatever it is", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 30, unit: "grapheme" })
      .filter((text) => !text.includes("\0") && Buffer.byteLength(text) < 63);
    fc.assert(fc.property(name, (text) => readIdent(ident(text)) === text));
  });
  test("an empty name and a NUL are refused", () => {
    expect(() => ident("")).toThrow("empty");
    expect(() => ident("a\0b")).toThrow("NUL");
  });
});

describe("qualified", () => {
  test("quotes both parts", () => {
    expect(qualified("public", "users")).toBe("public.users");
    expect(qualified("My Schema", "order")).toBe('"My Schema"."order"');
  });
});

describe("literal", () => {
  test.each([
    ["it's", "'it''s'"],
    ["", "''"],
    ["C:\\temp's", "E'C:\\\\temp''s'"],
    ["\\x41", "E'\\\\x41'"],
    [true, "true"],
    [false, "false"],
    [null, "null"],
    [7, "7"],
    [-7, "(-7)"],
    [1e21, "1e+21"],
    [Number.NaN, "'NaN'::float8"],
  ])("%s → %s", (value, sql) => expect(literal(value)).toBe(sql));

  test("a text reads back as itself, whatever it is", () => {
    const text = fc.string({ unit: "grapheme" }).filter((one) => !one.includes("\0"));
    fc.assert(
      fc.property(text, (one) => ((readConst(literal(one)).sval as { sval?: string }).sval ?? "") === one),
    );
  });
});

describe("dollar", () => {
  test("an ordinary text has an empty tag, or the one that is asked for", () => {
    expect(dollar("select 1")).toBe("$$select 1$$");
    expect(dollar("begin end", "body")).toBe("$body$begin end$body$");
  });
  test("the tag never occurs in the text", () => {
    expect(dollar("a $$ b")).toBe("$q1$a $$ b$q1$");
    expect(dollar("a $body$ b", "body")).toBe("$body1$a $body$ b$body1$");
    expect(dollar("costs 5$")).toBe("$q1$costs 5$$q1$");
  });
  test("reads back as the same text", () => {
    const text = fc.string({ unit: fc.constantFrom("$", "q", "1", "a", "'", "\n") });
    fc.assert(
      fc.property(text, (one) => ((readConst(dollar(one)).sval as { sval?: string }).sval ?? "") === one),
    );
  });
});

describe("splitName", () => {
  test("splits at the first dot", () => {
    expect(splitName("public.users")).toEqual({ schema: "public", name: "users" });
    expect(splitName("public.a.b")).toEqual({ schema: "public", name: "a.b" });
  });
  test.each(["users", ".users", "public."])("refuses %s", (name) =>
    expect(() => splitName(name)).toThrow("schema.table"),
  );
});
