/** Plays chapters one after another in a world of their own, and clears it away however they end. */
import { NotSo } from "./claim.ts";
import type { Departure } from "./departure.ts";
import { bad, chapterTitle, print } from "./terminal.ts";
import { openWorld, type World } from "./world.ts";

export type Story = {
  world: World;
  /** From chapter 3 to 5: her way back, and her row as it was. */
  marta?: { token: string; before: Record<string, unknown> };
  /** The deletion of chapter 6, of which the later chapters speak. */
  departure?: Departure;
};

export type Chapter = {
  title: string;
  tell(story: Story): Promise<void>;
};

/** True if everything the chapters claimed held. What didn't is printed. */
export async function play(chapters: Chapter[]): Promise<boolean> {
  const world = await openWorld();
  try {
    const story: Story = { world };
    for (const [at, { title, tell }] of chapters.entries()) {
      chapterTitle(at + 1, title);
      await tell(story);
    }
    return true;
  } catch (error) {
    print(bad(`\n✗ ${error instanceof NotSo ? error.message : explain(error)}`));
    return false;
  } finally {
    await world.close();
  }
}

function explain(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
