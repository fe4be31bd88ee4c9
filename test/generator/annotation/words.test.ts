import { describe, expect, test } from "vitest";
import { longestDays } from "../../../generator/annotation/interval.ts";
import { nearest } from "../../../generator/annotation/nearest.ts";

describe("an interval", () => {
  test.each([
    ["14 days", 14],
    ["1 day", 1],
    ["0 minutes", 0],
    ["36 hours", 1.5],
    ["2 weeks 3 days", 17],
    ["1 month", 31],
    ["1 year", 366],
    [" 7  years ", 2562],
  ])("%s", (text, days) => expect(longestDays(text)).toBe(days));

  test.each([
    "",
    "14",
    "days",
    "-1 days",
    "1.5 days",
    "P14D",
    "14days",
    "14 days ago",
    "14 fortnights",
    "1 day,2 days",
  ])("refuses %j", (text) => expect(longestDays(text)).toBeNull());
});

describe("the nearest word", () => {
  const known = ["owner", "where", "when", "unless", "columns", "gracePeriod"];
  test.each([
    ["onwer", "owner"],
    ["column", "columns"],
    ["grace_period", "gracePeriod"],
    ["GRACEPERIOD", "gracePeriod"],
    ["unles", "unless"],
  ])("%s → %s", (word, near) => expect(nearest(word, known)).toBe(near));

  test.each(["strategy", "x", ""])("nothing is near %j", (word) =>
    expect(nearest(word, known)).toBeUndefined(),
  );
});
