import { content, pii } from "pg-lethe";

export const comments = content({ owner: "author_id", columns: { body: pii.null(), created_at: { class: "keep", action: "keep" } } });
export const decision = content({ owner: "user_id", rows: "delete" });
