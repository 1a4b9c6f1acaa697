drop index reservations_of_user;
