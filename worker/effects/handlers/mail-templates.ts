/** What the mails say, where the application doesn't say it itself. */
import type { Delivery } from "../handler.ts";

export interface Mail {
  subject: string;
  text: string;
  html?: string;
}

/** What a template may use. Whatever comes from the person must be escaped in HTML. */
export interface MailFacts {
  /** The application's name. */
  product: string;
  name: string | undefined;
  /** When the account is deleted. */
  scheduledFor: Date | undefined;
  /** The same day in words, as `locale` and `timeZone` of the settings say. */
  day: string | undefined;
  /** Whole days from now, rounded up. */
  daysLeft: number | undefined;
  /** Takes the deletion back. */
  undoLink: string | undefined;
  support: string | undefined;
}

export type MailKind = "scheduled" | "reminder" | "cancelled" | "completed";
export type MailTemplates = { [Kind in MailKind]?: (facts: MailFacts) => Mail };

export const kindAt: Record<Delivery["at"], MailKind> = {
  schedule: "scheduled",
  before: "reminder",
  cancel: "cancelled",
  execute: "completed",
};

export const defaultTemplates: Required<MailTemplates> = {
  scheduled: (facts) =>
    letter(facts, `Your ${facts.product} account will be deleted`, [
      `Your ${facts.product} account is going to be deleted${on(facts)}. Until then it is closed, and nobody can sign in.`,
      ...wayBack(facts, "If you change your mind"),
      facts.undoLink === undefined
        ? "If you didn't ask for this, tell us at once."
        : "If you didn't ask for this, open the link at once, and then choose a new password.",
    ]),
  reminder: (facts) =>
    letter(facts, `Your ${facts.product} account will be deleted ${soon(facts)}`, [
      `Your ${facts.product} account is going to be deleted ${soon(facts)}${on(facts)}. After that it can't be brought back.`,
      ...wayBack(facts, "If you want to keep it"),
    ]),
  cancelled: (facts) =>
    letter(facts, `Your ${facts.product} account stays`, [
      `Your ${facts.product} account won't be deleted. You can use it again: sign in as you are used to.`,
      "If it wasn't you who took the deletion back, choose a new password, and tell us.",
    ]),
  completed: (facts) =>
    letter(facts, `Your ${facts.product} account has been deleted`, [
      `Your ${facts.product} account has been deleted, and can't be brought back.`,
      "Where the law obliges us to keep a record, an invoice for example, we keep it for that reason alone and no longer than it says.",
      "This is the last mail that you get about it.",
    ]),
};

type Line = string | { link: string };

function letter({ name, product, support }: MailFacts, subject: string, lines: Line[]): Mail {
  const all: Line[] = [
    name === undefined ? "Hello," : `Hello ${name},`,
    ...lines,
    ...(support === undefined ? [] : [`Questions? ${support}`]),
    product,
  ];
  const paragraphs = all.map((line) =>
    typeof line === "string"
      ? `<p>${escapeHtml(line)}</p>`
      : `<p><a href="${escapeHtml(line.link)}">${escapeHtml(line.link)}</a></p>`,
  );
  return {
    subject,
    text: `${all.map((line) => (typeof line === "string" ? line : line.link)).join("\n\n")}\n`,
    html: `<!doctype html>\n<html lang="en">\n<body>\n${paragraphs.join("\n")}\n</body>\n</html>\n`,
  };
}

const on = ({ day }: MailFacts): string => (day === undefined ? "" : ` on ${day}`);

function soon({ daysLeft }: MailFacts): string {
  if (daysLeft === undefined) return "soon";
  return daysLeft <= 1 ? "within a day" : `in ${daysLeft} days`;
}

function wayBack({ undoLink, support }: MailFacts, condition: string): Line[] {
  if (undoLink !== undefined) return [`${condition}, open this link before then:`, { link: undoLink }];
  return support === undefined ? [] : [`${condition}, contact us before then.`];
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}
