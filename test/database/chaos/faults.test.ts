/** Errors out of the application's own triggers: what is nobody's fault is held against nobody, and in the end all have left. */
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { seed } from "../../../examples/reference/seed.ts";
import { runWorker } from "../../../worker/index.ts";
import { useDatabase } from "../../support/database.ts";
import { despiteDrift, executeDue } from "../../support/scenario.ts";
import { sqlState } from "../../support/schema-case.ts";
import { collectLog, scheduleAll, states } from "../worker/support.ts";
import {
  everybodyLeftOnce,
  nobodyHalfErased,
  nothingRuns,
  PATIENCE,
  peopleOf,
  rowsOf,
  SCALE,
  theTimeOfRetries,
} from "./invariants.ts";

const USERS = 180 * SCALE;
const EVENTS = 60_000;

const db = useDatabase("reference");
const people = peopleOf(USERS);
const keys = people.leaving;
let before: Record<string, string>;

beforeAll(async () => {
  await seed(db.sql, { users: USERS });
  // One person goes in steps.
  await db.sql`
    insert into events (user_id, name, payload, ip)
    select ${keys[0] as string}, 'search', '{"q": 1}', '2001:db8::1' from generate_series(1, ${EVENTS})
  `;
  await db.sql`analyze events`;
  await despiteDrift(db.sql);
  await db.sql.unsafe(`
    create sequence public.calls;
    create sequence public.raised;
    -- At the nth call, or by chance; of calls for a whole statement, which are few, a tenth.
    create table public.trouble (nth bigint, chance float8 not null default 0, codes text[] not null default '{}');
    insert into public.trouble default values;
    create function public.trouble() returns trigger language plpgsql as $$
    declare
      this public.trouble;
      call constant bigint := nextval('public.calls');
    begin
      select t.* into this from public.trouble t;
      if call = this.nth or random() < (case tg_level when 'ROW' then this.chance else least(this.chance * 10, 0.1) end) then
        perform nextval('public.raised');
        raise exception 'secret.value of %', old using errcode = this.codes[1 + floor(random() * cardinality(this.codes))::integer];
      end if;
      return coalesce(new, old);
    end $$;
    create trigger trouble before update on public.users for each row execute function public.trouble();
    create trigger trouble before delete on public.accounts for each row execute function public.trouble();
    create trigger trouble before update on public.comments for each row execute function public.trouble();
    create trigger trouble before update on public.events for each statement execute function public.trouble();
  `);
  // The heavy one last, so that the small batches below are of others.
  await scheduleAll(db.sql, keys.slice(1));
  await scheduleAll(db.sql, keys.slice(0, 1));
  before = await rowsOf(db.sql, people.staying);
});

afterEach(async () => {
  await db.sql`update trouble set nth = null, chance = 0`;
  await db.sql`update lethe.deletion_request set next_attempt_at = null`;
});

/** A later call of the next batch fails, once. */
async function failOnce(code: string): Promise<void> {
  const nth = 1 + Math.floor(Math.random() * 20);
  await db.sql`update trouble set nth = ${nth}, codes = ${[code]}`;
  await db.sql`alter sequence calls restart`;
}

const requests = async () =>
  (await db.sql`select md5(string_agg(r::text, ';' order by id)) as all from lethe.deletion_request r`)[0]
    ?.all;

describe("a failure in the middle of a batch", () => {
  test.each(["55P03", "40P01", "40001"])(
    "%s: the whole batch goes back, nothing is counted, seconds later it is due again",
    async (code) => {
      await failOnce(code);
      expect(await executeDue(db.sql, 20)).toMatchObject({ executed: 0, failed: 0, blocked: 0 });
      const put = await db.sql`
      select attempts, last_error, next_attempt_at <= now() + interval '5 seconds' as soon, count(*)::integer as requests
      from lethe.deletion_request where next_attempt_at is not null group by 1, 2, 3
    `;
      expect([...put]).toEqual([{ attempts: 0, last_error: null, soon: true, requests: 20 }]);
      await nobodyHalfErased(db.sql, keys);
      await nothingRuns(db.sql);
    },
  );

  // ASSERT is like a cancel: PL/pgSQL's "when others" lets both pass.
  test.each(["53100", "53200", "57014", "P0004"])(
    "%s: the call fails, and nothing at all has happened",
    async (code) => {
      await failOnce(code);
      const was = await requests();
      expect(await sqlState(executeDue(db.sql, 20))).toBe(code);
      expect(await requests()).toBe(was);
      await nobodyHalfErased(db.sql, keys);
      await nothingRuns(db.sql);
    },
  );

  test.each(["P0001", "23514"])(
    "%s: it was a row's, which nobody has when the batch is split: all are erased",
    async (code) => {
      await failOnce(code);
      expect(await executeDue(db.sql, 4)).toMatchObject({ executed: 4, failed: 0, blocked: 0 });
      await nobodyHalfErased(db.sql, keys);
      await nothingRuns(db.sql);
    },
  );
});

test(
  "two workers among failures of all kinds: nobody is half erased, each failure that counts is in the log, all leave",
  async () => {
    const counted = ["53100", "53200", "57014", "P0001", "23514"];
    const codes = [...counted, "55P03", "40P01", "40001"];
    await db.sql`alter sequence raised restart`;
    await db.sql`update trouble set chance = 0.05, codes = ${codes}`;
    const log = collectLog();
    const work = () =>
      runWorker({
        connectionString: db.url,
        role: "app_worker",
        once: true,
        batch: 100,
        rest: 0,
        logger: log.log,
      }).catch(
        // Too much at once: the job fails, and the next one tries again.
        (error) => expect(codes).toContain((error as { code?: string }).code),
      );
    const raised = async () => Number((await db.sql`select last_value from raised`)[0]?.last_value);
    // Now and then a few failures end the round early; then people are left for another one.
    for (let round = 0; round < 3 * SCALE || ((await raised()) <= 10 && round < 30 * SCALE); round++) {
      await Promise.all([work(), work()]);
      await nobodyHalfErased(db.sql, keys);
      await nothingRuns(db.sql);
      const wrong = await db.sql`
      select r.id, r.attempts, r.last_error
      from lethe.deletion_request r
      where r.attempts <> (select count(*) from lethe.deletion_event e where e.request_id = r.id and e.event = 'failed')
        or (r.state in ('scheduled', 'executing') and (r.attempts > 0) <> (r.last_error is not null))
        or left(r.last_error, 5) <> all (${counted})
    `;
      expect([...wrong]).toEqual([]);
      await theTimeOfRetries(db.sql);
    }
    expect(await raised(), "too little trouble: the test shows nothing").toBeGreaterThan(5);

    await db.sql`update trouble set chance = 0`;
    for (let round = 0; round < 10 && (await states(db.sql)).completed !== keys.length; round++) {
      await theTimeOfRetries(db.sql);
      await work();
    }
    await everybodyLeftOnce(db.sql, people, before);
    expect(log.text()).not.toContain("secret.value");
  },
  PATIENCE,
);
