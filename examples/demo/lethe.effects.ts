/** The services that the marketplace uses. Secrets and addresses come from the environment of `lethe worker`. */
import { defineEffects, env, loops, mail, polar, posthog, vercelBlob } from "../../worker/effects/index.ts";

export default defineEffects({
  handlers: {
    blob: vercelBlob({ token: env("BLOB_READ_WRITE_TOKEN") }),
    billing: polar({ accessToken: env("POLAR_ACCESS_TOKEN"), baseUrl: env("POLAR_URL") }),
    analytics: posthog({ projectToken: env("POSTHOG_TOKEN"), host: env("POSTHOG_HOST") }),
    newsletter: loops({ apiKey: env("LOOPS_API_KEY"), baseUrl: env("LOOPS_URL") }),
    mail: mail({
      url: env("SMTP_URL"),
      requireTls: false, // within this machine
      from: "Marketplace <accounts@marketplace.example>",
      product: "Marketplace",
      undoUrl: "https://marketplace.example/keep-my-account",
    }),
  },
});
