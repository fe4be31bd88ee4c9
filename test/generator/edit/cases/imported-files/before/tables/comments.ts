import { content } from "pg-lethe";
import { commentColumns } from "./columns.ts";

export const comments = content({ owner: "author_id", columns: commentColumns });
