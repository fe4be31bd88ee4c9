/** What `pg-lethe/effects` exports: everything that lethe.effects.ts needs. No SDK is loaded by importing it. */

/** For the payload of defineHandler(): the zod that Lethe itself uses. */
export { z } from "zod";
export { defineEffects, type EffectsDefinition, loadEffects } from "./config.ts";
export { defineHandler, type HandlerDeclaration, type OwnHandler } from "./define.ts";
export {
  type Delivery,
  type Handler,
  type HandlerContext,
  type Limits,
  type Outcome,
  PassingFailure,
  PermanentFailure,
  type Receipt,
} from "./handler.ts";
export {
  jobs,
  loops,
  type Mail,
  type MailFacts,
  type MailTemplates,
  mail,
  polar,
  posthog,
  s3,
  stripe,
  vercelBlob,
  webhook,
} from "./handlers/index.ts";
export { createRunner, type Result, type Runner, type RunnerOptions } from "./runner.ts";
export { type EnvReference, env } from "./settings.ts";
