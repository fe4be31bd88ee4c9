// What is said in comments is in comments-body.ts.
import { body, created_at } from "./body.ts";
import { todo } from "pg-lethe";

export const commentColumns = { body, created_at, title: todo("new column of type text: it may hold free text") };
