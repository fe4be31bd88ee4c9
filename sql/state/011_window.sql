-- When bulk work may be done, in local time of a zone; null at any time.
alter table lethe.annotation
  add column window_from time,
  add column window_to time,
  add column window_zone text not null default 'UTC',
  add column request_attempts integer not null default 20 check (request_attempts > 0);
comment on column lethe.annotation.window_from is 'Executions by the worker begin then; null: at any time.';
comment on column lethe.annotation.window_to is 'They end then; where it is before window_from, on the next day.';
comment on column lethe.annotation.request_attempts is 'After so many attempts in vain a request is a dead letter: it waits for somebody to look at it.';
