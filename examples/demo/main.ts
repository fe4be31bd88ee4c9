/** `npm run demo`: the life of an account deletion, told in ten chapters on a real PostgreSQL. */
import { meetMarta } from "./chapters/01-meet-marta.ts";
import { blocked } from "./chapters/02-blocked.ts";
import { scheduled } from "./chapters/03-scheduled.ts";
import { lockedOut } from "./chapters/04-locked-out.ts";
import { cancelled } from "./chapters/05-cancelled.ts";
import { executed } from "./chapters/06-executed.ts";
import { beforeAndAfter } from "./chapters/07-before-and-after.ts";
import { nothingLeft } from "./chapters/08-nothing-left.ts";
import { registeredAnew } from "./chapters/09-registered-anew.ts";
import { onRecord } from "./chapters/10-on-record.ts";
import { claimsHeld } from "./claim.ts";
import { play } from "./play.ts";
import { good, print, prose } from "./terminal.ts";

// `npm run demo | head`: nobody reads on, so stop; the server goes with the process.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(1);
});

const started = Date.now();
prose(`
  Lethe shows how a person leaves a PostgreSQL application. A PostgreSQL server starts now, with a rental
  marketplace of 15 tables and 120 people in it, and goes again at the end. The grey lines are the SQL
  that is sent, below who sends it: :'marta' stands for Marta's key, as a variable does in psql. Every
  line with ✓ was checked before it was printed. Values with a number, such as City #7#, are made up in a
  way that lets them be found again.
`);
const fine = await play([
  meetMarta,
  blocked,
  scheduled,
  lockedOut,
  cancelled,
  executed,
  beforeAndAfter,
  nothingLeft,
  registeredAnew,
  onRecord,
]);
if (fine) {
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  print(good(`\nAll of this was so: ${claimsHeld()} checks held. The server is stopped, its data removed.`));
  print(
    `It took ${seconds} s. Read on in lethe.schema.ts (the decisions) and migrations/committed (the SQL).`,
  );
}
process.exitCode = fine ? 0 : 1;
