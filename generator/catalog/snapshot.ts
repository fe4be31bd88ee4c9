/**
 * `lethe.catalog.json`: a catalog as text and back. The same catalog is always the same bytes, and one column,
 * index or key is one line, so that a change of the schema reads well in a pull request.
 */
import { readFileSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { type Catalog, CatalogSchema } from "./model.ts";
import { inOrder } from "./order.ts";

const remedy = "the snapshot is never edited by hand: run `lethe sync` to write it anew";

/** The catalog as pretty JSON in canonical order, ending in a newline. */
export function serializeCatalog(catalog: Catalog): string {
  const { version, tables, views } = inOrder(catalog);
  const lines = [
    "{",
    `  "version": ${version},`,
    ...list("tables", tables, block),
    ...list("views", views, row),
  ];
  return `${lines.join("\n")}\n}\n`;

  function list<Item>(key: string, items: Item[], print: (item: Item) => string): string[] {
    const end = key === "views" ? "" : ",";
    if (items.length === 0) return [`  "${key}": []${end}`];
    return [`  "${key}": [`, items.map(print).join(",\n"), `  ]${end}`];
  }
}

/**
 * The catalog in the text of a snapshot. `file` is for the message.
 * @throws UsageError where it isn't JSON, was written by another version, or has another shape.
 */
export function parseCatalog(text: string, file: string): Catalog {
  const json = parseJson(text, file);
  const version = typeof json === "object" && json !== null && "version" in json ? json.version : undefined;
  if (version !== 1) {
    const found = version === undefined ? "no version" : `version ${JSON.stringify(version)}`;
    throw new UsageError(`${file} is no catalog snapshot of version 1: it has ${found}`, remedy);
  }
  const result = CatalogSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join(".") || "the whole";
  throw new UsageError(
    `${file} has another shape than a catalog snapshot: ${place}: ${issue?.message}`,
    remedy,
  );
}

/**
 * Reads a snapshot from disk.
 * @throws UsageError where the file is missing, unreadable, or not a snapshot.
 */
export function readCatalogFile(path: string): Catalog {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    if (code === "ENOENT") {
      throw new UsageError(
        `there is no catalog snapshot at ${path}`,
        "run `lethe sync` with --database-url, or `lethe init` in a new project",
      );
    }
    throw new UsageError(
      `the catalog snapshot ${path} can't be read (${code})`,
      "make it readable, and a file",
    );
  }
  return parseCatalog(text, path);
}

function parseJson(text: string, file: string): unknown {
  if (/^(<{7}|>{7}) /m.test(text)) {
    throw new UsageError(`${file} holds the marks of a merge conflict`, remedy);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown reason";
    throw new UsageError(`${file} is not JSON: ${reason}`, remedy);
  }
}

/** A table: its keys a line each, and so are the objects in its lists. */
function block(table: object): string {
  const entries = Object.entries(table).map(([key, value]: [string, unknown]) => {
    const rows = Array.isArray(value) && value.some((item) => typeof item === "object");
    if (!rows) return `      ${JSON.stringify(key)}: ${inline(value)}`;
    return `      ${JSON.stringify(key)}: [\n${value.map((item) => `        ${inline(item)}`).join(",\n")}\n      ]`;
  });
  return `    {\n${entries.join(",\n")}\n    }`;
}

function row(item: object): string {
  return `    ${inline(item)}`;
}

/** JSON on one line, with the spaces that a reader wants. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`);
  return `{ ${entries.join(", ")} }`;
}
