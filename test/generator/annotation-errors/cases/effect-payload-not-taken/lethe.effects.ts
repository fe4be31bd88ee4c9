import { defineEffects, env, mail, vercelBlob } from "../../../../../worker/effects/index.ts";

export default defineEffects({
  handlers: {
    blob: vercelBlob({ token: env("BLOB_READ_WRITE_TOKEN") }),
    mail: mail({ url: env("SMTP_URL"), from: "Acme <accounts@acme.example>", product: "Acme" }),
  },
});
