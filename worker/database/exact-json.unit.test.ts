import { expect, test } from "vitest";
import { parseExactly } from "./exact-json.ts";

test.each([
  [
    '{"id":9007199254740993,"ids":[-9223372036854775808,1]}',
    { id: "9007199254740993", ids: ["-9223372036854775808", 1] },
  ],
  [
    '{"a":9007199254740991,"b":0.1,"c":1e300,"d":null,"e":"9007199254740993"}',
    { a: 9007199254740991, b: 0.1, c: 1e300, d: null, e: "9007199254740993" },
  ],
  ["null", null],
])("%s", (text, value) => {
  expect(parseExactly(text)).toEqual(value);
});
