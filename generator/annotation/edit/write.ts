/** Writes edited files, all or none: what they say afterwards must be what was meant, or they are put back. */
import { writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Edited } from "./edit.ts";
import { reloadAnnotation } from "./reload.ts";

/** False where the files were put back as they were: an edit would have said something else than it should. */
export async function writeEdited(config: string, { files, expected }: Edited): Promise<boolean> {
  const written: Edited["files"] = [];
  try {
    for (const edited of files) {
      writeFileSync(edited.file, edited.after);
      written.push(edited);
    }
    if (isDeepStrictEqual(await reloadAnnotation(config), expected)) return true;
  } catch (error) {
    putBack(written);
    throw error;
  }
  putBack(written);
  return false;
}

function putBack(written: Edited["files"]): void {
  for (const { file, before } of written) writeFileSync(file, before);
}
