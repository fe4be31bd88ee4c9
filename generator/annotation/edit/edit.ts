/**
 * The annotation file with what is new in the database as `todo()` and what is gone marked, everything else byte for
 * byte as it was. Works on texts; writing and checking them is the caller's.
 */
import { resolve } from "node:path";
import type { Catalog } from "../../catalog/model.ts";
import { objectKey } from "../../plan/lints/support/names.ts";
import { openPlaces, type Places } from "../locate.ts";
import type { Annotation, AnnotationPath } from "../model.ts";
import { type TodoName, todoIn } from "./imports.ts";
import { listIn } from "./lists.ts";
import { insertMembers } from "./members.ts";
import { type Addition, type Missing, missingDecisions, type Vanished } from "./missing.ts";
import { argumentAt, recordAt, type Target } from "./place.ts";
import { type Insertion, insertAll } from "./text.ts";
import { markVanished } from "./vanished.ts";

export interface EditedFile {
  file: string;
  before: string;
  after: string;
  insertions: Insertion[];
}

/** What a person has to write, where the place can't be edited. */
export interface ByHand {
  path: AnnotationPath;
  text: string;
  reason: string;
}

export interface Edited extends Missing {
  files: EditedFile[];
  byHand: ByHand[];
}

export function editAnnotation(config: string, annotation: Annotation, catalog: Catalog): Edited {
  const missing = missingDecisions(annotation, catalog);
  // The syntax trees take a second to load, and most of the time nothing is new.
  if (missing.additions.length === 0 && missing.vanished.length === 0)
    return { ...missing, files: [], byHand: [] };
  const file = resolve(config);
  const places = openPlaces(file);
  const insertions: Insertion[] = [];
  const byHand: ByHand[] = [];
  for (const group of grouped(missing.additions)) {
    const made = insertGroup(places, file, group);
    if (Array.isArray(made)) insertions.push(...made);
    else byHand.push({ path: group.path, text: textOf(group, "todo").join(", "), reason: made.reason });
  }
  insertions.push(...uniquePlaces(missing.vanished.flatMap((each: Vanished) => markVanished(places, each))));
  return { ...missing, files: filesOf(places, uniquePlaces(insertions)), byHand };
}

interface Group {
  path: AnnotationPath;
  into: Addition["into"];
  additions: Addition[];
}

/** What goes to one place goes there together. */
function grouped(additions: Addition[]): Group[] {
  const groups = new Map<string, Group>();
  for (const addition of additions) {
    const place = JSON.stringify([addition.path, addition.into]);
    const known = groups.get(place) ?? { path: addition.path, into: addition.into, additions: [] };
    known.additions.push(addition);
    groups.set(place, known);
  }
  return [...groups.values()];
}

function insertGroup(places: Places, file: string, group: Group): Insertion[] | { reason: string } {
  if (group.into === "list" || group.into === "first list") return insertNames(places, file, group);
  const target: Target =
    group.into === "rule" ? argumentAt(places, file, group.path) : recordAt(places, file, group.path);
  if ("reason" in target) return target;
  const node = "literal" in target ? target.literal : target.call;
  const main = places.sources.open(file);
  const todo: TodoName | undefined = main && todoIn(places, node.getSourceFile(), main);
  if (todo === undefined) return { reason: "nothing says what `todo` is imported from" };
  const members = memberText(group, todo.name);
  if ("call" in target) {
    const { call } = target;
    return [
      ...todo.insertions,
      { file: call.getSourceFile().getFilePath(), at: call.getEnd() - 1, text: `{ ${members.join(", ")} }` },
    ];
  }
  return [...todo.insertions, ...insertMembers(places.sources.morph, target.literal, members)];
}

/** Names in the list of a `group(…)`: the first ones as they are, later ones as questions. */
function insertNames(places: Places, file: string, group: Group): Insertion[] | { reason: string } {
  const list = listIn(places, file, group.path);
  if ("reason" in list) return list;
  const main = places.sources.open(file);
  const asks = group.into === "list";
  const todo = asks && main ? todoIn(places, list.node.getSourceFile(), main) : undefined;
  if (asks && todo === undefined) return { reason: "nothing says what `todo` is imported from" };
  return [...(todo?.insertions ?? []), ...list.insert(textOf(group, todo?.name ?? "todo"))];
}

function textOf(group: Group, todo: string): string[] {
  if (group.into === "list") return group.additions.map(({ key }) => `${todo}(${JSON.stringify(key)})`);
  if (group.into === "first list") return group.additions.map(({ key }) => JSON.stringify(key));
  return memberText(group, todo);
}

function memberText({ into, additions }: Group, todo: string): string[] {
  const members = additions.map(
    ({ key, question }) => `${objectKey(key)}: ${todo}(${JSON.stringify(question)})`,
  );
  return into === "rule" ? [`columns: { ${members.join(", ")} }`] : members;
}

/** Two groups in one file ask for the same import. */
function uniquePlaces(insertions: Insertion[]): Insertion[] {
  const seen = new Set<string>();
  return insertions.filter((each) => {
    const place = JSON.stringify(each);
    return !seen.has(place) && seen.add(place);
  });
}

function filesOf(places: Places, insertions: Insertion[]): EditedFile[] {
  const names = [...new Set(insertions.map((each) => each.file))];
  return names.map((file) => {
    const own = insertions.filter((each) => each.file === file);
    const before = places.sources.open(file)?.getFullText() ?? "";
    return { file, before, after: insertAll(before, own), insertions: own };
  });
}
