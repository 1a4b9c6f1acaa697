create index visits_age on visits (bucket);
