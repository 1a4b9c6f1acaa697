alter table mirror_variations drop column seen_version;
