drop table operator_actions;
