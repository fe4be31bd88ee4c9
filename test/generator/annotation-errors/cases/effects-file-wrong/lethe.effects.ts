import { defineEffects, env, polar, webhook } from "../../../../../worker/effects/index.ts";

export default defineEffects({
  handlers: {
    polr: polar({ accessToken: "polar_oat_in_the_file" as never, anonymise: true } as never),
    crm: webhook({ url: "not an address", secret: env("CRM_SECRET") }),
    other: "webhook" as never,
  },
});
