// What is said in comments is in comments-body.ts.
import { body, created_at } from "./body.ts";

export const commentColumns = { body, created_at };
