import { defineErasure } from "pg-lethe";
import { tables as all } from "./tables/all.ts";

export default defineErasure({ tables: all });
