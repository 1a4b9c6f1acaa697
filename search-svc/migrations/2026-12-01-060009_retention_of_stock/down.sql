drop index stock_removed;
alter table stock drop column removed_at;
