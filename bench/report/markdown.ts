/** Committed results as Markdown: the main table for the README, every figure for docs/benchmark.md. */
import { type Figure, met } from "../comparison.ts";
import { reasons } from "./reasons.ts";
import type { Measurement, Result } from "./result.ts";
import { goalText, number, ratioText } from "./terminal.ts";

const BEGIN = "<!-- benchmark: written by `npm run docs` from bench/results/ -->";
const END = "<!-- /benchmark -->";

/** The text with the main table between its marks. @throws where the marks are missing */
export function withMainTable(text: string, results: Result[]): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the text has no place for it: ${BEGIN}`);
  return `${before}${BEGIN}\n${mainTable(results)}\n${END}${after}`;
}

/** What has a goal, and isn't a variation of another row. With the data in memory is such a variation. */
function mainTable(all: Result[]): string {
  const results = all.filter(({ command }) => !command.startsWith("TMPDIR="));
  const rows = results.flatMap(({ comparisons }) =>
    comparisons.flatMap(({ title, figures }) =>
      figures
        .filter((each) => each.goal !== undefined && each.aside !== true)
        .map((each) => row([`${title}: ${each.case}`, ...cells(each)])),
    ),
  );
  const head = [
    "| | | Lethe | beside | | ratio (min to max) | goal | |",
    "|---|---|--:|---|--:|---|---|---|",
  ];
  const missed = results.flatMap(({ comparisons }) =>
    comparisons.flatMap((each) => {
      const reason = whyMissed(each);
      return reason === null ? [] : [`- Where a goal is missed in ${each.title}: ${reason}`];
    }),
  );
  const sources = new Set(results.map((each) => `- ${made(each)}`));
  return [...head, ...rows, "", ...new Set(missed), ...sources].join("\n");
}

/** A page with every figure. */
export function allTables(results: Result[]): string {
  return results
    .flatMap((result) => result.comparisons.map((each) => `${section(each)}\n${made(result)}\n`))
    .join("\n");
}

function section(measured: Measurement): string {
  const { letter, title, figures } = measured;
  const why = whyMissed(measured);
  const reason = why === null ? [] : [`Where a goal is missed: ${why}`, ""];
  const cases = [...new Set(figures.map((each) => each.case))].map((name) => {
    const rows = figures.filter((each) => each.case === name).map((each) => row(cells(each)));
    const head = ["| | Lethe | beside | | ratio (min to max) | goal | |", "|---|--:|---|--:|---|---|---|"];
    return [`### ${name}`, "", ...head, ...rows, ""].join("\n");
  });
  return [`## (${letter}) ${title}`, "", ...cases, ...reason].join("\n");
}

function whyMissed({ letter, figures }: Measurement): string | null {
  const missed = figures.some((each) => each.aside !== true && met(each) === false);
  return missed ? (reasons[letter] ?? null) : null;
}

function cells(each: Figure): string[] {
  const reached = met(each);
  return [
    each.figure,
    number(each.value),
    each.against ?? "",
    each.rival === undefined ? "" : number(each.rival),
    ratioText(each),
    each.goal === undefined ? "" : goalText(each.goal),
    reached === null ? "" : reached ? "met" : "**missed**",
  ];
}

const row = (texts: string[]) => `| ${texts.join(" | ")} |`;

function made({ command, date, commit, cpus, memoryGb, postgres, node, commitMs }: Result): string {
  return (
    `Made by \`${command}\` on ${date} at ${commit}: PostgreSQL ${postgres}, Node ${node}, ${cpus} processors, ` +
    `${memoryGb} GB, a commit takes ${number(commitMs)} ms.`
  );
}
