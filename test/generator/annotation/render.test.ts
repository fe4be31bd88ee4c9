import { expect, test } from "vitest";
import type { Locate } from "../../../generator/annotation/locate.ts";
import { renderFindings } from "../../../generator/annotation/render.ts";
import type { Finding } from "../../../generator/errors.ts";

const places: Record<string, { file: string; line: number; column: number; text: string }> = {
  a: { file: "/app/lethe.schema.ts", line: 14, column: 13, text: "      body: pii.null()," },
  b: { file: "/app/lethe.schema.ts", line: 9, column: 2, text: "\tkey: 1," },
  c: { file: "/app/tables/a.ts", line: 1, column: 1, text: "" },
};
const locate: Locate = (path) => places[String(path[0])] ?? { file: "", line: 0, column: 0, text: "" };
const finding = (path: string, level: Finding["level"]): Finding => ({
  code: "L003",
  level,
  subject: "comments.body",
  message: "is wrong",
  remedy: "write something else",
  path: [path],
});

test("sorted by place, with the line, a caret and a count", () => {
  const text = renderFindings(
    [finding("c", "warning"), finding("a", "error"), finding("b", "error")],
    locate,
    { color: false, cwd: "/app" },
  );
  expect(text).toBe(`lethe.schema.ts:9:2  L003  comments.body: is wrong
   9 │ \tkey: 1,
       \t^
  fix: write something else

lethe.schema.ts:14:13  L003  comments.body: is wrong
  14 │       body: pii.null(),
                   ^
  fix: write something else

tables/a.ts:1:1  L003  warning: comments.body: is wrong
  fix: write something else

2 errors, 1 warning
`);
});

test("nothing found is nothing said", () => {
  expect(renderFindings([], locate)).toBe("");
});

test("colour only when asked for", () => {
  expect(renderFindings([finding("a", "error")], locate, { color: true })).toContain("\u001b[31m");
  expect(renderFindings([finding("a", "error")], locate, { color: false })).not.toContain("\u001b");
});
