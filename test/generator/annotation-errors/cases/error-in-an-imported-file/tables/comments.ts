import { content, pii } from "../../../../../../generator/index.ts";

export const discussion = content({ owner: "author_id", columns: { body: pii.replace() } });
