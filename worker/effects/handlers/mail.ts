import { z } from "zod";
import { UsageError } from "../../../generator/errors.ts";
import { handlerKind } from "../define.ts";
import { PassingFailure, PermanentFailure } from "../handler.ts";
import { loadSdk } from "../sdk.ts";
import { defaultTemplates, kindAt, type MailFacts, type MailTemplates } from "./mail-templates.ts";
import { moment, nothingToDo, stableUuid, url } from "./shapes.ts";

export type { Mail, MailFacts, MailTemplates } from "./mail-templates.ts";

const DAY = 86_400_000;

const template = () =>
  z
    .custom<(facts: MailFacts) => unknown>((value) => typeof value === "function", "expected a function")
    .optional();

/** One bare address: nothing that could be a second one, a name or another header. */
const address = z.string().regex(/^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/, "expected one address");

/** Sends the mails of a deletion. */
export const mail = handlerKind({
  kind: "mail",
  about:
    "Sends the mails of a deletion by SMTP: scheduled (with a link that takes it back), reminder, cancelled, completed.",
  mainFields: ["to"],
  sdk: "nodemailer",
  settings: (given) => ({
    url: given.secret().optional().describe("`smtps://user:password@host:465`; or `host` and the next ones"),
    host: given.text().optional().describe("of the SMTP server"),
    port: z.int().positive().optional().describe("default: 587, or 465 if `secure`"),
    secure: z.boolean().optional().describe("TLS from the beginning (default: on port 465); else STARTTLS"),
    user: given.secret().optional().describe("without: no log-in"),
    password: given.secret().optional().describe("the user's"),
    requireTls: z.boolean().default(true).describe("refuses to send in the open (default: true)"),
    from: given.text().describe("`Acme <accounts@acme.example>`"),
    replyTo: given.text().optional().describe("where answers go"),
    product: given.text().describe("the application's name, as people know it"),
    undoUrl: given
      .text(url())
      .optional()
      .describe("the page that calls `cancel_deletion_by_token()`; `token` is added to its query"),
    support: given.text().optional().describe("where people may ask: an address, a page"),
    locale: z.string().default("en-GB").describe("of the day in the mails (default: `en-GB`)"),
    timeZone: z.string().default("UTC").describe("the same (default: `UTC`)"),
    templates: z
      .strictObject({
        scheduled: template(),
        reminder: template(),
        cancelled: template(),
        completed: template(),
      })
      .optional()
      .describe("texts of one's own: functions from `MailFacts` to `{ subject, text, html }`"),
  }),
  payload: z.object({
    to: address.nullish().describe("the address, captured before the erasure"),
    name: z.string().nullish().describe("for the first line"),
    scheduledFor: moment().describe("when the account is deleted"),
    token: z.string().nullish().describe("of `schedule_deletion()`, for the link"),
    template: z
      .enum(["scheduled", "reminder", "cancelled", "completed"])
      .nullish()
      .describe("default: by the point at which the effect is written"),
  }),
  async open(settings) {
    const { createTransport } = await loadSdk("nodemailer", () => import("nodemailer"));
    const transport = createTransport(transportOf(settings));
    const { from, replyTo } = settings;
    const domain = /@([^\s<>@]+?)>?\s*$/.exec(from)?.[1] ?? "lethe.invalid";
    return {
      async deliver(payload, { idempotencyKey, at, signal }) {
        const { to } = payload;
        if (!to) return nothingToDo();
        const kind = payload.template ?? kindAt[at];
        const templates = (settings.templates ?? {}) as MailTemplates;
        const written = (templates[kind] ?? defaultTemplates[kind])(factsOf(settings, payload));
        try {
          const { messageId, response } = await transport.sendMail({
            // The same for each attempt: whoever gets a mail twice can see that it is one.
            messageId: `<${stableUuid(idempotencyKey, "mail")}@${domain}>`,
            from,
            to: { name: "", address: to },
            ...(replyTo === undefined ? {} : { replyTo }),
            subject: written.subject.replace(/[\r\n]+/g, " "),
            text: written.text,
            ...(written.html === undefined ? {} : { html: written.html }),
            headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
            disableFileAccess: true,
            disableUrlAccess: true,
            signal,
          });
          return {
            state: "done",
            receipt: { status: Number(/^\d{3}/.exec(response)?.[0] ?? 250), messageId },
          };
        } catch (error) {
          throw meaningOf(error);
        }
      },
      close: () => transport.close(),
    };
  },
});

interface Transport {
  url?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  secure?: boolean | undefined;
  user?: string | undefined;
  password?: string | undefined;
  requireTls: boolean;
}

function transportOf({ url: given, host, port, secure, user, password, requireTls }: Transport) {
  const common = { connectionTimeout: 30_000, greetingTimeout: 30_000, socketTimeout: 60_000 };
  if (given !== undefined) {
    if (!URL.canParse(given) || !/^smtps?:$/.test(new URL(given).protocol)) {
      throw new UsageError(
        "mail of lethe.effects.ts has a url that isn't one",
        "smtps://user:password@host:465",
      );
    }
    const { protocol } = new URL(given);
    return { ...common, url: given, requireTLS: requireTls && protocol === "smtp:" };
  }
  if (host === undefined) {
    throw new UsageError("mail of lethe.effects.ts has neither a url nor a host", 'add url: env("SMTP_URL")');
  }
  const tls = secure ?? port === 465;
  return {
    ...common,
    host,
    port: port ?? (tls ? 465 : 587),
    secure: tls,
    requireTLS: requireTls && !tls,
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
  };
}

interface Texts {
  product: string;
  undoUrl?: string | undefined;
  support?: string | undefined;
  locale: string;
  timeZone: string;
}

interface Person {
  name?: string | null | undefined;
  scheduledFor?: string | null | undefined;
  token?: string | null | undefined;
}

function factsOf(
  { product, undoUrl, support, locale, timeZone }: Texts,
  { name, scheduledFor, token }: Person,
): MailFacts {
  const date = scheduledFor ? new Date(scheduledFor) : undefined;
  return {
    product,
    name: name || undefined,
    scheduledFor: date,
    day: date?.toLocaleDateString(locale, { dateStyle: "long", timeZone }),
    daysLeft: date && Math.max(0, Math.ceil((date.getTime() - Date.now()) / DAY)),
    undoLink: undoUrl !== undefined && token ? linkOf(undoUrl, token) : undefined,
    support,
  };
}

function linkOf(undoUrl: string, token: string): string {
  const link = new URL(undoUrl);
  link.searchParams.set("token", token);
  return link.href;
}

/** 5xx to the address or to the text: this mail will never be taken. To anything else, it is about us. */
function meaningOf(error: unknown): unknown {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  if (typeof responseCode !== "number") return error;
  const said = `smtp_${responseCode}`;
  const isAboutTheMail = code === "EENVELOPE" || code === "EMESSAGE";
  return responseCode >= 500 && isAboutTheMail ? new PermanentFailure(said) : new PassingFailure(said);
}
