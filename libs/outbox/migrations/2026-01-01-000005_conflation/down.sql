alter table outbox drop column conflation_key;
