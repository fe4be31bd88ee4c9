/**
 * Any schema, any annotation, any rows: what the planner accepts erases exactly what the annotation says, and what it
 * refuses would have failed or harmed. LETHE_PROPERTY_RUNS and LETHE_PROPERTY_SEED change how many cases and which.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { makeGround } from "../../support/properties/ground.ts";
import { type Recipe, recipes } from "../../support/properties/recipe.ts";
import { runCase } from "../../support/properties/run.ts";
import { Tally } from "../../support/properties/tally.ts";

/**
 * In the suite some, and always the same: a suite that fails must fail again. Many by `npm run test:properties`, and
 * others each time: the line with the tally says their seed.
 */
const asked = process.env.LETHE_PROPERTY_RUNS;
const runs = Number(asked ?? 40);
const seed = Number(
  process.env.LETHE_PROPERTY_SEED ?? (asked === undefined ? 20_240_525 : Date.now() % 2 ** 31),
);
/** Shrinking takes as long as it takes; this is for looking at a failure's first form. */
const shrink = process.env.LETHE_PROPERTY_SHRINK !== "0" && process.env.CI === undefined;
const cases = new URL("cases/", import.meta.url);

const ground = makeGround();
afterAll(() => ground.end());

describe("counterexamples of earlier runs", () => {
  const files = readdirSync(cases).filter((name) => name.endsWith(".json"));
  test.each(files)("%s", async (file) => {
    const recipe = JSON.parse(readFileSync(new URL(file, cases), "utf8")) as Recipe;
    await runCase(await ground.next(), recipe, new Tally());
  });
});

describe("drawn cases", () => {
  const tally = new Tally();
  afterAll(() => console.log(`${runs} cases, seed ${seed}: ${tally}`));

  test(`${runs} of them`, { timeout: 120_000 + runs * 2_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(recipes, async (recipe) => runCase(await ground.next(), recipe, tally)),
      { numRuns: runs, seed, endOnFailure: !shrink },
    );
    // A generator that only draws what is refused would pass without looking.
    expect(tally.accepted).toBeGreaterThan(runs / 3);
  });
});
