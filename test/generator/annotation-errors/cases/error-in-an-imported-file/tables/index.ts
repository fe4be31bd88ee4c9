export { discussion as comments } from "./comments.ts";
