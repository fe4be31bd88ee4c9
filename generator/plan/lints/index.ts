/** Every check of a plan against its catalog, in the order of their numbers. One lint, one file. */
import type { PlanContext } from "../context.ts";
import type { Plan } from "../model.ts";
import { undecidedTable } from "./L012-undecided-table.ts";
import { undecidedColumn } from "./L013-undecided-column.ts";
import { nullIntoNotNull } from "./L014-null-into-not-null.ts";
import { uniqueCollision } from "./L015-unique-collision.ts";
import { tooLong } from "./L016-too-long.ts";
import { wrongKind } from "./L017-wrong-kind.ts";
import { checkForbids } from "./L018-check-forbids.ts";
import { generatedColumn } from "./L019-generated-column.ts";
import { detachNotNull } from "./L020-detach-not-null.ts";
import { foreignKeyBlocks } from "./L021-foreign-key-blocks.ts";
import { foreignKeyActs } from "./L022-foreign-key-acts.ts";
import { referencedRows } from "./L023-referenced-rows.ts";
import { triggerFires } from "./L024-trigger-fires.ts";
import { unindexedOwner } from "./L025-unindexed-owner.ts";
import { unsuitedTransform } from "./L029-unsuited-transform.ts";
import { viewNameTaken } from "./L034-view-name-taken.ts";
import { rlsKind } from "./L035-rls-kind.ts";
import { indexUnusedUnderRls } from "./L036-index-unused-under-rls.ts";
import { subjectRefersToItself } from "./L040-subject-refers-to-itself.ts";
import { uniqueDuringGrace } from "./L042-unique-during-grace.ts";
import { rowSecurityForced } from "./L043-row-security-forced.ts";
import { materializedView } from "./L050-materialized-view.ts";
import { publication } from "./L051-publication.ts";
import { replicaIdentityFull } from "./L052-replica-identity-full.ts";
import { historyTable } from "./L053-history-table.ts";
import { definerView } from "./L054-definer-view.ts";
import { policyCallsPerRow } from "./L055-policy-calls-per-row.ts";
import { retainWithoutKey } from "./L060-retain-without-key.ts";
import { retainSince } from "./L061-retain-since.ts";
import { retainedRowsReferenced } from "./L062-retained-rows-referenced.ts";
import { groupList } from "./L063-group-list.ts";
import { partNotOneToOne } from "./L065-part-not-one-to-one.ts";
import { settingWithoutEffect } from "./L066-setting-without-effect.ts";
import { ghostWithoutPart } from "./L067-ghost-without-part.ts";
import { subjectColumnChanges } from "./L068-subject-column-changes.ts";
import { neverOrphaned } from "./L069-never-orphaned.ts";
import { orphanedCannot } from "./L070-orphaned-cannot.ts";
import { stepOutOfPlace } from "./L071-step-out-of-place.ts";
import { inheritedRows } from "./L072-inherited-rows.ts";
import { unknownEffect } from "./L076-unknown-effect.ts";
import { effectOrder } from "./L077-effect-order.ts";
import { effectTime } from "./L078-effect-time.ts";
import { effectRows } from "./L079-effect-rows.ts";
import { effectPayload } from "./L080-effect-payload.ts";

/** Looks at the plan and reports into the context. */
export type Lint = (plan: Plan, context: PlanContext) => void;

export const lints: readonly Lint[] = [
  undecidedTable,
  undecidedColumn,
  nullIntoNotNull,
  uniqueCollision,
  tooLong,
  wrongKind,
  checkForbids,
  generatedColumn,
  detachNotNull,
  foreignKeyBlocks,
  foreignKeyActs,
  referencedRows,
  triggerFires,
  unindexedOwner,
  unsuitedTransform,
  viewNameTaken,
  rlsKind,
  indexUnusedUnderRls,
  subjectRefersToItself,
  uniqueDuringGrace,
  rowSecurityForced,
  materializedView,
  publication,
  replicaIdentityFull,
  historyTable,
  definerView,
  policyCallsPerRow,
  retainWithoutKey,
  retainSince,
  retainedRowsReferenced,
  groupList,
  subjectColumnChanges,
  neverOrphaned,
  orphanedCannot,
  inheritedRows,
  partNotOneToOne,
  settingWithoutEffect,
  ghostWithoutPart,
  stepOutOfPlace,
  unknownEffect,
  effectOrder,
  effectTime,
  effectRows,
  effectPayload,
];
