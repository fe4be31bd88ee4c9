/** Why a goal is missed where it is: said beside the figures, for whoever reads them. By the comparison's letter. */
export const reasons: Record<string, string> = {
  a: "By hand erases and does nothing else. Lethe claims and closes a request, appends two hashed events for each person, lets \
triggers know its work, and looks whether the database is still the one that the migration was made for; by hand *with requests \
and events* is what a team needs that has to prove what it did.",
  b: "In a small table the people of one batch lie on the same pages, and the trees of its indexes are a level lower. So the \
statements themselves touch more pages where more is stored, whoever writes them (*by hand*); what Lethe adds to them stays the same.",
  e: "By hand nobody asks who is calling, whether something blocks, whether a cooldown runs or a migration is under way; the \
event has no hash, and no index knows who is hidden (decision 040).",
};
