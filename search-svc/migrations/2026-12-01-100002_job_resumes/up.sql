-- How often a job was resumed since it last got any further.
alter table maintenance_jobs add column resumes int not null default 0;
