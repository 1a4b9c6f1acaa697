-- A product that cannot be published now waits, and does not stand in the way of the others.
alter table product_announcements add column not_before timestamptz not null default now();

create index product_announcements_due on product_announcements (not_before);
