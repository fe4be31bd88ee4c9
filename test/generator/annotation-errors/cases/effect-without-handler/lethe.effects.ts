import { defineEffects, env, polar } from "../../../../../worker/effects/index.ts";

export default defineEffects({
  handlers: {
    polar: polar({ accessToken: env("POLAR_ACCESS_TOKEN") }),
  },
});
