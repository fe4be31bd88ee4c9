create table users (id bigint primary key, email text not null unique, city text);
create table posts (id bigint primary key, author_id bigint not null references users, body text);
create index on posts (author_id);
create table price_list (cents integer);
create table details (user_id bigint not null, nick text);
create unique index on details (user_id);
insert into users select n, 'user' || n || '@example.com', 'Rome' from generate_series(1, 9) n;
analyze users;
