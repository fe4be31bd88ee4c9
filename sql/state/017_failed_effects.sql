-- Dead letters are few among very many that wait for a service that is down.
create index effect_failed on lethe.effect (request_id, name, id)
  where state = 'failed';
