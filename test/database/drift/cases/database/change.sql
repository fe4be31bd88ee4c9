select lethe.schedule_deletion(1, grace => '0');
select lethe.execute_deletion(1);
alter table users add phone text;
alter table users disable trigger lethe_freeze;
create table likes (user_id bigint references users);
drop index posts_author_id_idx;
create table price_inquiries (email text);
drop index details_user_id_idx;
create index on details (user_id);
