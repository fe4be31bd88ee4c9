/** Nothing decided but who the people are: every table of two real schemas that leads to one has to be named. */
import { beforeAll, describe, expect, test } from "vitest";
import { validateAnnotation } from "../../../generator/annotation/schema.ts";
import type { Catalog } from "../../../generator/catalog/model.ts";
import { readCatalog } from "../../../generator/catalog/read.ts";
import { keep, subject } from "../../../generator/index.ts";
import { plan } from "../../../generator/plan/plan.ts";
import { useDatabase } from "../../support/database.ts";
import { migrateBetterAuth } from "../../support/real-schemas/better-auth.ts";
import { reachable } from "../../support/real-schemas/fill.ts";
import { SOFT } from "../../support/real-schemas/logto.people.ts";
import { migrateLogto } from "../../support/real-schemas/logto.ts";
import { useRole } from "../../support/schema-case-role.ts";

/** Findings where only the subject's key is decided. */
function undecided(catalog: Catalog, people: string): { tables: string[]; columns: string[] } {
  const { annotation } = validateAnnotation({
    tables: { [people]: subject({ key: "id", columns: { id: keep() } }) },
  });
  if (annotation === null) throw new Error("the annotation has a wrong shape");
  const { findings } = plan(annotation, catalog);
  const about = (code: string) =>
    findings.flatMap((each) => (each.code === code ? [each.subject] : [])).sort();
  return { tables: about("L012"), columns: about("L013") };
}

function columnsBesidesKey(catalog: Catalog, people: string): string[] {
  const columns = catalog.tables.find((table) => table.name === people)?.columns ?? [];
  return columns.flatMap(({ name }) => (name === "id" ? [] : [`${people}.${name}`])).sort();
}

describe("better-auth", () => {
  const db = useDatabase("empty");
  let catalog: Catalog;
  beforeAll(async () => {
    await migrateBetterAuth(db);
    catalog = await readCatalog(db.sql, { letheSchema: "lethe" });
  });

  test("all that leads to a person, and every column of the person's", () => {
    const found = undecided(catalog, "public.user");
    expect(found.tables).toEqual(
      ["account", "invitation", "member", "session", "teamMember", "twoFactor"].map(
        (each) => `public.${each}`,
      ),
    );
    expect(found.columns).toEqual(columnsBesidesKey(catalog, "public.user"));
  });
});

describe("Logto", () => {
  const tenantRole = useRole("logto_tenant");
  const db = useDatabase("empty");
  let catalog: Catalog;
  beforeAll(async () => {
    await migrateLogto(db.sql, tenantRole.replace("logto_tenant_", ""));
    catalog = await readCatalog(db.sql, { letheSchema: "lethe" });
  });

  test("all that leads to a person, and every column of the person's", () => {
    const found = undecided(catalog, "public.users");
    // Of the tenant's own address nobody can tell that it isn't a person's.
    const tables = [...reachable(catalog, "public.users"), ...SOFT, "public.sign_in_experiences"];
    // What hangs from a token shows once the token's table is decided; an address inside JSON, nobody can see.
    const hidden = ["public.users", "public.cimd_grant_client_snapshots", "public.service_logs"];
    expect(found.tables).toEqual(tables.filter((each) => !hidden.includes(each)).sort());
    expect(found.columns).toEqual(columnsBesidesKey(catalog, "public.users"));
  });
});
