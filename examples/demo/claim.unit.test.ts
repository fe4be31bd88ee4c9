import { expect, test, vi } from "vitest";
import { check, claim, claimsHeld, NotSo } from "./claim.ts";

test("a claim is printed, and counted, if it holds", () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const before = claimsHeld();
  claim("One and one is two.", [1 + 1], [2]);
  const text = written.mock.calls.map(([chunk]) => String(chunk)).join("");
  written.mockRestore();
  expect(text).toContain("One and one is two.");
  expect(claimsHeld()).toBe(before + 1);
});

test("a claim that doesn't hold is not printed: it throws, with what was found", () => {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const before = claimsHeld();
  let thrown: unknown;
  try {
    claim("Nobody is left.", ["Marta"], []);
  } catch (error) {
    thrown = error;
  }
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
  expect(thrown).toBeInstanceOf(NotSo);
  expect((thrown as NotSo).message).toBe("not so: Nobody is left.\n  expected []\n  found    [ 'Marta' ]");
  expect(claimsHeld()).toBe(before);
});

test.each([
  ["null is not nothing", null, undefined],
  ["a text is not a number", "1", 1],
  ["a missing key is not undefined", {}, { marta: undefined }],
])("%s", (statement, found, expected) => {
  expect(() => check(statement, found, expected)).toThrow(NotSo);
});
