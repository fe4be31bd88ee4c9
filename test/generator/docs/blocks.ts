/** Finds what can be checked in the documentation: fenced blocks, links, headings. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Pages by their path from the root. Of docs/lints, whose blocks are refused on purpose, only the links count. */
export function pages(): string[] {
  const docs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file.replaceAll("\\", "/")}`);
  return ["README.md", "CONTRIBUTING.md", ...docs.sort()];
}

export const withRunnableBlocks = (page: string): boolean =>
  page !== "CONTRIBUTING.md" && !page.startsWith("docs/lints/");

export interface Block {
  page: string;
  /** Of the fence, counted from 1. */
  line: number;
  language: string;
  /** What follows the language: a file's name, or which part of an annotation the block is. */
  label: string;
  text: string;
}

export function blocksOf(page: string): Block[] {
  const text = readPage(page);
  return [...text.matchAll(/^```(\w+)(?: +(.+))?\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    language: match[1] as string,
    label: match[2] ?? "",
    text: match[3] as string,
  }));
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

/** Targets of links, without those that lead to another host. */
export function linksOf(page: string): string[] {
  const prose = readPage(page)
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that GitHub makes of a page's headings. */
export function anchorsOf(page: string): string[] {
  const text = readPage(page).replace(/^```[\s\S]*?^```$/gm, "");
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}
