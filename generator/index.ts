/**
 * What `pg-lethe` exports: the annotation language. Kept free of the parser, of ts-morph and of zod, because every
 * annotation file imports it.
 */
export * from "./annotation/builders.ts";
export type * from "./annotation/input.ts";
export type * from "./annotation/model.ts";
