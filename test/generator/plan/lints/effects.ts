/** A person with an e-mail, uploads and sessions, for the lints of effects. */
import { content, keep, pii, session } from "../../../../generator/annotation/builders.ts";
import type { ColumnInput, EffectInput, ErasureInput } from "../../../../generator/annotation/input.ts";
import { table } from "../catalog-builder.ts";
import { type Case, person, users } from "./lint.ts";

export const withEffects = (
  effects: Record<string, EffectInput>,
  columns: { avatar?: ColumnInput; thumbnail?: ColumnInput } = {},
  more: Partial<ErasureInput> = {},
): Case => ({
  tables: [
    users({ avatar: "text", secret: "text" }),
    table("uploads", { id: "uuid pk", user_id: "uuid index -> users", file: "text", thumbnail: "text" }),
    table("sessions", { id: "uuid pk", user_id: "uuid index -> users", token: "text" }),
    table("prices", { id: "uuid pk", amount: "integer" }),
  ],
  annotation: {
    users: person({ avatar: columns.avatar ?? pii.null(), secret: { ...pii.null(), secret: true } }),
    uploads: content({ columns: { file: keep(), thumbnail: columns.thumbnail ?? pii.null() } }),
    sessions: session(),
  },
  more: { effects, ...more },
});
