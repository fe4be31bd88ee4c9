-- object: function lethe.execute_step(bigint, text)
create or replace function lethe.execute_step(request bigint, actor text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
set row_security = off
as $function$
#variable_conflict use_variable
declare
  target lethe.deletion_request;
  began constant timestamptz := clock_timestamp();
  took interval;
  next lethe.places;
  looked boolean := false;
  fruitless integer := 0;
begin
  -- The caller holds the request's row; turns come next, then the subject, as everywhere.
  set constraints all deferred;
  perform lethe.take_all_turns();
  select r.* into strict target from lethe.deletion_request r where r.id = request;
  perform lethe.start_running(array[target.subject_id], target.effects_since);
  loop
    next := lethe.take_places(request, target.chunk);
    if next.operation is null then
      -- Many chunks in one look, which only reads.
      exit when not lethe.look_for_rows(request, target.strategy, target.subject_id, fruitless, target.chunk * 10);
      looked := true;
    elsif lethe.drain(target.strategy, target.subject_id, next.operation, next.places) > 0 then
      perform lethe.stop_running(array[target.subject_id]);
      took := clock_timestamp() - began;
      update lethe.deletion_request r
      set erased = lethe.take_noted_rows(r.erased, identity => false),
          -- Fewer and larger steps where they are quick; none so large that somebody would wait for its locks.
          chunk = case
            when took < interval '0.25 seconds' then least(r.chunk * 2, 20000)
            when took > interval '0.6 seconds' then greatest(r.chunk / 2, 1000)
            else r.chunk
          end
      where r.id = request;
      return 'executing';
    elsif looked then
      -- Just found and not touched: a trigger swallows the change. It would be found for ever; the last pass tells of it.
      fruitless := next.operation;
    end if;
  end loop;

  -- A fresh look found nothing more: one last pass over everything, under the subject's lock.
  perform lethe.lock_subject(target.subject_id);
  perform lethe.apply_strategy(target.strategy, array[target.subject_id]);
  perform lethe.run_steps('after', array[request]);
  perform lethe.finish_execution(array[request], actor);
  perform lethe.stop_running(array[target.subject_id]);
  select r.* into strict target from lethe.deletion_request r where r.id = request;
  return target.state;
end
$function$;
comment on function lethe.execute_step(bigint, text) is
  'One step of a subject with very many rows: a chunk of as many as take about half a second, or the last pass once nothing is left.';
