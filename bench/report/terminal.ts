/** The figures as a table on the terminal. */
import Table from "cli-table3";
import pc from "picocolors";
import { type Comparison, type Figure, type Goal, met } from "../comparison.ts";

const PLAIN = {
  head: ["", "lethe", "against", "", "ratio (min to max)", "goal", ""],
  style: { head: [], border: [], compact: true },
};

export function show(comparison: Comparison, figures: Figure[]): string {
  const cases = [...new Set(figures.map((each) => each.case))].map((name) => {
    const table = new Table(PLAIN);
    for (const each of figures.filter((figure) => figure.case === name)) table.push(row(each));
    return `${name}\n${table.toString()}`;
  });
  return [`\n${pc.bold(`(${comparison.letter}) ${comparison.title}`)}`, ...cases].join("\n");
}

function row(each: Figure): string[] {
  return [
    each.figure,
    number(each.value),
    each.against ?? "",
    each.rival === undefined ? "" : number(each.rival),
    ratioText(each),
    each.goal === undefined ? "" : goalText(each.goal),
    verdict(met(each)),
  ];
}

export function ratioText({ ratio }: Figure): string {
  if (ratio === undefined) return "";
  return `${number(ratio.median)} (${number(ratio.min)} to ${number(ratio.max)})`;
}

export function goalText(goal: Goal): string {
  return "atLeast" in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
}

/** Three digits that count. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function verdict(reached: boolean | null): string {
  if (reached === null) return "";
  return reached ? pc.green("met") : pc.red("missed");
}
