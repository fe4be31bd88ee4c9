/** The handlers for services. Importing them loads no SDK: each is loaded by the worker that uses it. */
export { jobs } from "./jobs.ts";
export { loops } from "./loops.ts";
export { type Mail, type MailFacts, type MailTemplates, mail } from "./mail.ts";
export { polar } from "./polar.ts";
export { posthog } from "./posthog.ts";
export { s3 } from "./s3.ts";
export { stripe } from "./stripe.ts";
export { vercelBlob } from "./vercel-blob.ts";
export { webhook } from "./webhook.ts";
