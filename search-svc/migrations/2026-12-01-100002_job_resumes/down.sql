alter table maintenance_jobs drop column resumes;
