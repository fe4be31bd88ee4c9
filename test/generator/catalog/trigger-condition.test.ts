import { expect, test } from "vitest";
import { triggerCondition } from "../../../generator/catalog/trigger-condition.ts";

const cases: [string, string, string | null][] = [
  ["none", "CREATE TRIGGER a AFTER INSERT ON b.c FOR EACH ROW EXECUTE FUNCTION b.f(' WHEN (x)')", null],
  ["plain", "CREATE TRIGGER a … FOR EACH ROW WHEN ((new.x > 1)) EXECUTE FUNCTION b.f()", "(new.x > 1)"],
  ["a function call", "… WHEN (b.g(new.x)) EXECUTE FUNCTION b.f(')')", "b.g(new.x)"],
  ["odd names", `CREATE TRIGGER " WHEN (""" … ON b."' WHEN (" … WHEN (true) EXECUTE FUNCTION b.f()`, "true"],
  ["a parenthesis in a string", "… WHEN ((new.x <> ')''('::text)) EXECUTE …", "(new.x <> ')''('::text)"],
  ["a parenthesis in a name", `… WHEN ((new."a)""" IS NULL)) EXECUTE …`, `(new."a)""" IS NULL)`],
  ["a backslash", "… WHEN ((new.x <> '\\'::text)) EXECUTE …", "(new.x <> '\\'::text)"],
];

test.each(cases)("%s", (_, definition, condition) => {
  expect(triggerCondition(definition)).toBe(condition);
});
