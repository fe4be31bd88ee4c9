import { keep, pii } from "pg-lethe";

export const body = pii.replace("[deleted]");
export const created_at = keep();
