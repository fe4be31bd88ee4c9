/** What `lethe check` says of payloads: names that their handler doesn't take would be found at the first departure. */
import { nearest } from "../../generator/annotation/nearest.ts";
import type { Finding } from "../../generator/errors.ts";
import type { HandlerDeclaration } from "./define.ts";
import { fieldsOf, readNames } from "./payload-names.ts";

/** Of a plan's effects, what matters here. */
interface EffectNames {
  name: string;
  handler: string;
  payload: { name: string }[];
  sources: { column: string | null }[];
}

export function payloadFindings(
  effects: readonly EffectNames[],
  handlers: Readonly<Record<string, HandlerDeclaration>>,
): Finding[] {
  return effects.flatMap((effect) => {
    const declaration = Object.hasOwn(handlers, effect.handler) ? handlers[effect.handler] : undefined;
    if (declaration?.mainFields === undefined) return [];
    const own = effect.payload.map(({ name }) => name);
    const columns = [...new Set(effect.sources.map(({ column }) => column))];
    const found = columns.flatMap((column) =>
      findingsOf(effect, declaration, [...own, ...(column === null ? [] : [column])], own),
    );
    return found.filter((one, at) => found.findIndex(({ message }) => message === one.message) === at);
  });
}

function findingsOf(
  { name: effect, handler }: EffectNames,
  { kind, mainFields = ["value"], payload }: HandlerDeclaration,
  names: string[],
  own: string[],
): Finding[] {
  const known = fieldsOf(payload);
  const { unknown, missing } = readNames(mainFields, known, names);
  const finding = (message: string, remedy: string, path: string[]): Finding => ({
    code: "L082",
    level: "error",
    subject: `effects.${effect}`,
    message,
    remedy,
    path: ["effects", effect, ...path],
  });
  const takes = `the ${kind} handler \`${handler}\``;
  return [
    ...unknown.map((name) => {
      const near = nearest(name, known);
      return finding(
        `${takes} takes no \`${name}\`: each delivery would fail`,
        near === undefined ? `it takes ${known.join(", ")}` : `did you mean \`${near}\`?`,
        own.includes(name) ? ["payload", name] : [],
      );
    }),
    ...(missing === undefined
      ? []
      : [
          finding(
            `${takes} needs \`${mainFields.join("` or `")}\`: each delivery would fail`,
            `add payload: { ${missing}: "t.…" }`,
            [],
          ),
        ]),
  ];
}
