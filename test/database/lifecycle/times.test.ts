/** Times: computed in UTC, whatever the session's TimeZone (PITFALLS 38), and months as calendars have them. */
import { expect, test } from "vitest";
import { useDatabase } from "../../support/database.ts";
import { newPerson, requestOf, schedule } from "../../support/scenario.ts";

const db = useDatabase("reference");

test.each([
  ["2026-01-31 12:00+00", "1 month", "2026-02-28 12:00+00"],
  ["2028-01-31 12:00+00", "1 month", "2028-02-29 12:00+00"],
  ["2026-03-31 00:00+00", "1 month", "2026-04-30 00:00+00"],
  ["2026-12-31 23:59:59+00", "1 month", "2027-01-31 23:59:59+00"],
  // 1 a.m. of March in Rome is still February in UTC.
  ["2026-02-28 23:30+00", "1 month", "2026-03-28 23:30+00"],
  // Clocks change in Rome on 29 March and 25 October 2026: two weeks stay 336 hours.
  ["2026-03-20 12:00+00", "14 days", "2026-04-03 12:00+00"],
  ["2026-10-20 12:00+00", "14 days", "2026-11-03 12:00+00"],
  ["2026-03-28 12:00+00", "1 day", "2026-03-29 12:00+00"],
])("%s and %s is %s, in Rome as in UTC", async (from, span, to) => {
  for (const zone of ["UTC", "Europe/Rome", "Pacific/Auckland"]) {
    const client = await db.connect({ TimeZone: zone });
    const [row] = await client`
      select lethe.later(${from}::text::timestamptz, ${span}::text::interval) = ${to}::text::timestamptz as same
    `;
    expect(row?.same, zone).toBe(true);
  }
});

test("a request made in Rome is due as one made in UTC", async () => {
  const rome = await db.connect({ TimeZone: "Europe/Rome" });
  const person = await newPerson(db.sql);
  await schedule(rome, person, { grace: "14 days" });
  const request = await requestOf(db.sql, person);
  const [expected] = await db.sql`
    select (requested_at at time zone 'UTC' + interval '14 days') at time zone 'UTC' as scheduled_for,
      (requested_at at time zone 'UTC' + interval '1 month') at time zone 'UTC' as due_by
    from lethe.deletion_request where id = ${request.id}
  `;
  expect({ scheduled_for: request.scheduled_for, due_by: request.due_by }).toEqual(expected);
});
