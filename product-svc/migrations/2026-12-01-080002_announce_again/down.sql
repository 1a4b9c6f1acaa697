drop index product_announcements_due;
alter table product_announcements drop column not_before;
