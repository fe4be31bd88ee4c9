/** L076: a column that hands its value to an effect that isn't there, and an effect that gets nothing from anywhere. */
import { nearest } from "../../annotation/nearest.ts";
import { report } from "../context.ts";
import { feedsOf } from "../effect-feeds.ts";
import type { Lint } from "./index.ts";
import { objectKey } from "./support/names.ts";

export const unknownEffect: Lint = (plan, context) => {
  const known = Object.keys(context.annotation.effects);
  const feeds = feedsOf(context);
  for (const feed of feeds) {
    if (known.includes(feed.effect)) continue;
    const near = nearest(feed.effect, known);
    const declare = `declare it: effects: { ${objectKey(feed.effect)}: { handler: "…" } }`;
    report(context, {
      code: "L076",
      subject: `${feed.decision.table.name}.${feed.column}`,
      message: `there is no effect ${JSON.stringify(feed.effect)}, so the value would be erased and nobody outside told`,
      remedy: near === undefined ? declare : `did you mean ${JSON.stringify(near)}? Or ${declare}`,
      path: [...feed.path, "effect"],
    });
  }
  for (const effect of plan.effects) {
    if (effect.payload.length > 0 || feeds.some((feed) => feed.effect === effect.name)) continue;
    report(context, {
      code: "L076",
      subject: `effect ${effect.name}`,
      message: "the effect gets nothing: it has no payload, and no column names it",
      remedy: `give it a payload: { ${plan.key.column}: "t.${plan.key.column}" }, or a column: pii.null({ effect: ${JSON.stringify(effect.name)} })`,
      path: effect.path,
    });
  }
};
