/** What drawn things are called: plainly, with capitals and spaces, or as words that SQL and the emitted code use. */
export interface Naming {
  schema: string;
  /** A second one. */
  other: string;
  subject: string;
  table(index: number): string;
  column(kind: string, index: number): string;
}

const TABLES = ["order", "select", "table", "Case's", "grant"];
const COLUMNS = ["from", "subjects", "t", "chunk", "end"];

export function naming(style: number): Naming {
  switch (style % 3) {
    case 1:
      return {
        schema: "My App",
        other: "Second Space",
        subject: "Some One",
        table: (index) => `Table No ${index}`,
        column: (kind, index) => `The ${kind}"${index}`,
      };
    case 2:
      return {
        schema: "app",
        other: "Second Space",
        subject: "user",
        table: (index) => TABLES[index] ?? `t${index}`,
        column: (kind, index) => (kind === "c" ? COLUMNS[index] : undefined) ?? `${kind}${index}`,
      };
    default:
      return {
        schema: "app",
        other: "Second Space",
        subject: "people",
        table: (index) => `t${index}`,
        column: (kind, index) => `${kind}${index}`,
      };
  }
}
