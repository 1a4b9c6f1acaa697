drop index visits_age;
